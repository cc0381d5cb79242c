import { InputError, OptionError } from "../../errors.ts";
import { float64Of, type Numbers } from "../../tensor/ndarray.ts";
import { ldexp } from "./powers-of-two.ts";

export interface ExactOptions {
  /**
   * Pivots after which a problem is given up as `max-iterations`. Thousands of times more than problems need.
   * @default 1e8
   */
  readonly maxPivots?: number;
}

export interface EmdOptions extends ExactOptions {
  /**
   * Dual potentials to start from, in cost units: of a similar problem, or from Sinkhorn. They need not be feasible, and f is not
   * read: the largest f for g counts. The result is exact whatever they are. Good ones leave few pivots; those of the problem itself
   * leave none, unless it has several optima.
   * @default none
   */
  readonly potentials?: StartPotentials;
}

/** f [n] and g [m]. */
export interface StartPotentials {
  readonly f?: Numbers;
  readonly g: Numbers;
}

const DEFAULT_MAX_PIVOTS = 1e8;

export function checkMaxPivots({ maxPivots = DEFAULT_MAX_PIVOTS }: ExactOptions): number {
  if (!(Number.isInteger(maxPivots) && maxPivots >= 0)) {
    throw new OptionError("maxPivots", `expected an integer >= 0, got ${maxPivots}`);
  }
  return maxPivots;
}

/** Sums with costs stay far from overflow. */
const MOST_POTENTIAL = 1e300;

/**
 * g [m] in float64, in units of 2^exponent. Where a solver says -Infinity, because there is no mass, a start may say anything. Throws InputError for another
 * length, and for what is no number.
 */
export function checkStart({ potentials }: EmdOptions, count: number, exponent: number): Float64Array | undefined {
  if (potentials === undefined) return undefined;
  const values = float64Of(potentials.g, "potentials g");
  if (values.length !== count) throw new InputError(`potentials g: expected ${count} numbers, got ${values.length}`);
  const bad = values.findIndex(Number.isNaN);
  if (bad >= 0) throw new InputError(`potentials g: expected numbers, got NaN at index ${bad}`);
  return values.map((value) => Math.min(Math.max(ldexp(value, -exponent), -MOST_POTENTIAL), MOST_POTENTIAL));
}
