import { InputError, OptionError } from "../../../errors.ts";
import type { CheckedCost } from "../../ground-cost.ts";
import type { DivergenceSettings } from "./problem.ts";

/** How to solve under a cost. */
export interface DivergencePairsSettings {
  /** Strength of the entropy, in units of the cost. */
  readonly epsilon: number;
  /**
   * A pair's iteration ends when what further iterations would add to OT(a, b) is estimated at or below this, in units of
   * epsilon; the estimate is then added. The error is about a tenth of it from a cold start, up to three times it where the
   * cost moved so little that one iteration seemed enough, and seldom ten times it where a slow mode takes over late. A
   * deviation of the marginals enters the value squared: 1e-6 is reached at an L1 violation of about 1e-3.
   * @default 1e-6
   */
  readonly tolerance?: number;
  /** @default 1000 */
  readonly maxIterations?: number;
}

/** Beyond this, rounding of a potential is no longer small in units of epsilon; and transport is exact to 12 digits. */
const MOST_RATIO = 1e12;
/** The native kernels count in 32 bits. */
const MOST_ITERATIONS = 2 ** 31 - 1;

/**
 * Fills in defaults. Throws InputError for a setting outside its range, and unless the cost is square, symmetric, not negative,
 * and zero on the diagonal.
 */
export function resolveDivergenceSettings(
  given: DivergencePairsSettings | undefined,
  cost: CheckedCost,
): DivergenceSettings {
  const { epsilon = NaN, tolerance = 1e-6, maxIterations = 1000 } = given ?? {};
  requireThat(epsilon > 0 && epsilon < Infinity, "epsilon", "a positive finite number (in cost units)", epsilon);
  requireThat(tolerance > 0 && tolerance < Infinity, "tolerance", "a finite number > 0", tolerance);
  const counts = Number.isInteger(maxIterations) && maxIterations > 0 && maxIterations <= MOST_ITERATIONS;
  requireThat(counts, "maxIterations", `an integer from 1 to ${MOST_ITERATIONS}`, maxIterations);
  const fits = cost.largest / epsilon <= MOST_RATIO;
  requireThat(
    fits,
    "epsilon",
    `at least ${1 / MOST_RATIO} of the largest cost (${cost.largest}), below which emdPairs serves better`,
    epsilon,
  );
  checkSelfCost(cost);
  return { epsilon, tolerance, maxIterations };
}

function requireThat(holds: boolean, option: string, expected: string, got: number): void {
  if (!holds) throw new OptionError(option, `expected ${expected}, got ${got}`);
}

function checkSelfCost({ data, shape: [bins] }: CheckedCost): void {
  for (let row = 0; row < bins; row++) {
    for (let column = 0; column <= row; column++) {
      const entry = data[row * bins + column];
      const across = data[column * bins + row];
      if (entry >= 0 && entry === across && (row > column || entry === 0)) continue;
      throw new InputError(
        `ground cost: expected a symmetric matrix of entries >= 0 with a zero diagonal, got ${entry} at ` +
          `[${row}, ${column}] and ${across} across the diagonal`,
      );
    }
  }
}
