import { submit } from "../launch.ts";

/** Operations of one launch: 20 ms of a device that does 1e12 a second. Drivers take one that runs for seconds for hung. */
const MOST_OPERATIONS = 2e10;

let lowered: number | undefined;

/** How much work a launch may be. */
export function mostOperations(): number {
  return lowered ?? MOST_OPERATIONS;
}

/** For tests: cuts small problems as large ones are; without a number, as before. */
export function lowerMostOperations(most?: number): void {
  lowered = most;
}

let waiting = 0;

/** Hands over what has been recorded where that is much work. */
export function pace(operations: number): void {
  waiting += operations;
  if (waiting < mostOperations()) return;
  submit();
  waiting = 0;
}
