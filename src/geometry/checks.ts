import { InputError } from "../errors.ts";

/** Throws InputError unless epsilon is a positive finite number. */
export function checkEpsilon(epsilon: number): void {
  if (!(epsilon > 0 && Number.isFinite(epsilon))) {
    throw new InputError(`epsilon: expected a positive finite number (in cost units), got ${epsilon}`);
  }
}
