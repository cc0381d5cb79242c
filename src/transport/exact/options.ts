import { OptionError } from "../../errors.ts";

export interface ExactOptions {
  /**
   * Pivots after which a problem is given up as `max-iterations`. Thousands of times more than problems need.
   * @default 1e8
   */
  readonly maxPivots?: number;
}

const DEFAULT_MAX_PIVOTS = 1e8;

export function checkMaxPivots({ maxPivots = DEFAULT_MAX_PIVOTS }: ExactOptions): number {
  if (!(Number.isInteger(maxPivots) && maxPivots >= 0)) {
    throw new OptionError("maxPivots", `expected an integer >= 0, got ${maxPivots}`);
  }
  return maxPivots;
}
