import { OptionError } from "../../src/errors.ts";
import { Random } from "../../src/tensor/random.ts";

/**
 * Random shares of the pairs that a choice may look at, one list of indices a split; what is reported is measured on the others.
 * Throws OptionError where a share holds no pair, or all.
 */
export function validationSplits(pairs: number, share: number, splits: number, seed = 0): Int32Array[] {
  const count = Math.round(share * pairs);
  if (!(count >= 1 && count < pairs)) {
    throw new OptionError(
      "validation",
      `${share} of ${pairs} pairs are ${count}; expected some, and some left to report`,
    );
  }
  const random = Random.fromSeed(seed);
  return Array.from({ length: splits }, () => random.permutation(pairs).slice(0, count).sort());
}

/** The mean of some values, by their indices; of the others with `outside`. What is NaN, not known of a pair, is passed over. */
export function meanOver(values: Float64Array, indices: Int32Array, outside = false): number {
  const inside = new Set(indices);
  const chosen = values.filter((value, index) => inside.has(index) !== outside && !Number.isNaN(value));
  return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
}
