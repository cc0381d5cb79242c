import { InputError } from "../../errors.ts";
import { requireThat } from "../sinkhorn/options.ts";

export interface PairDivergencesOptions {
  /** Strength of the entropy, in units of the cost. */
  readonly epsilon: number;
  /**
   * A pair's iteration ends when what further iterations would add to OT(a, b) is estimated at or below this, in units of
   * epsilon; the estimate is then added. The error is about a tenth of it from a cold start, and up to three times it where
   * the cost moved so little that one iteration seemed enough. A deviation of the marginals enters the value squared: 1e-6 is
   * reached at an L1 violation of about 1e-3.
   * @default 1e-6
   */
  readonly tolerance?: number;
  /** @default 1000 */
  readonly maxIterations?: number;
  /** First pair, and the one after the last. @default all */
  readonly from?: number;
  readonly to?: number;
  /** Of these, only the pairs whose mark [to - from] is not 0; the divergences of the others come back as 0. @default all */
  readonly wanted?: Uint8Array;
  /** Called about four times a second with the pairs that are done, counted from `from`, and how many there will be. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** What an engine needs to know; defaults filled in. */
export interface PairSettings {
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

/** Throws InputError for an option outside its range. */
export function resolvePairSettings(options: PairDivergencesOptions): PairSettings {
  const { epsilon, tolerance = 1e-6, maxIterations = 1000 } = options;
  requireThat(epsilon > 0 && epsilon < Infinity, "epsilon", "a positive finite number (in cost units)", epsilon);
  requireThat(tolerance > 0 && tolerance < Infinity, "tolerance", "a finite number > 0", tolerance);
  requireThat(
    Number.isInteger(maxIterations) && maxIterations > 0,
    "maxIterations",
    "a positive integer",
    maxIterations,
  );
  return { epsilon, tolerance, maxIterations };
}

/** Throws InputError unless [from, to) is a range of the pairs, with a mark for each where there are any. */
export function resolveRange(options: PairDivergencesOptions, pairs: number): [from: number, to: number] {
  const { from = 0, to, wanted } = options;
  const end = to ?? pairs;
  const fits = Number.isInteger(from) && Number.isInteger(end) && from >= 0 && from <= end && end <= pairs;
  if (!fits) throw new InputError(`pairs: expected a range within 0 to ${pairs}, got ${from} to ${end}`);
  if (wanted && wanted.length !== end - from) {
    throw new InputError(`pairs: expected ${end - from} marks of wanted pairs (one each), got ${wanted.length}`);
  }
  return [from, end];
}

/** Throws InputError unless the cost is [bins, bins], symmetric, finite, not negative, and zero on the diagonal. */
export function checkPairCost(cost: Float64Array, bins: number): void {
  if (cost.length !== bins * bins) {
    throw new InputError(`ground cost: expected [${bins}, ${bins}], got ${cost.length} numbers`);
  }
  for (let row = 0; row < bins; row++) {
    for (let column = 0; column <= row; column++) {
      const entry = cost[row * bins + column];
      const fits =
        entry >= 0 && entry < Infinity && entry === cost[column * bins + row] && (row > column || entry === 0);
      if (!fits) {
        throw new InputError(
          `ground cost: expected a symmetric matrix of finite entries >= 0 with a zero diagonal, got ${entry} at ` +
            `[${row}, ${column}] and ${cost[column * bins + row]} across the diagonal`,
        );
      }
    }
  }
}
