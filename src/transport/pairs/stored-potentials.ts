import { pairAt, pairCount } from "./pair-order.ts";
import { supportSizes, type Supports } from "./supports.ts";

const BYTES_PER_NUMBER = Float32Array.BYTES_PER_ELEMENT;

/**
 * Where the potentials of pairs are kept between calls: log(u / a) of the histogram with the smaller support of each pair, the
 * other follows from it by half an iteration. Pairs are kept in their order as far as the budget reaches.
 */
export interface StoredPotentials {
  /** The pairs [0, pairs) are kept. */
  readonly pairs: number;
  /** Offset of pair (i, 0) in `values`; the pairs of a row follow each other. [count] */
  readonly rowStarts: Float64Array;
  readonly values: Float32Array;
  /** 1 for each pair that has been solved and so has potentials. [pairs] */
  readonly present: Uint8Array;
}

/** Bytes for all pairs: 4 sum over i > j of min(s_i, s_j), s the support sizes, and one more a pair. */
export function potentialBytes(supports: Supports): number {
  const sizes = supportSizes(supports).sort();
  // in ascending order, a size is the smaller one of the pairs with all that follow
  const numbers = sizes.reduce((sum, size, rank) => sum + size * (sizes.length - 1 - rank), 0);
  return BYTES_PER_NUMBER * numbers + pairCount(supports.count);
}

/** Room for as many pairs as fit into so many bytes. */
export function storePotentials(supports: Supports, memory: number): StoredPotentials {
  const sizes = supportSizes(supports);
  const rowStarts = new Float64Array(sizes.length);
  let numbers = 0;
  let pairs = 0;
  let full = false;
  for (let i = 0; i < sizes.length; i++) {
    rowStarts[i] = numbers;
    for (let j = 0; j < i && !full; j++) {
      const next = numbers + Math.min(sizes[i], sizes[j]);
      full = next * BYTES_PER_NUMBER + pairs + 1 > memory;
      if (full) break;
      numbers = next;
      pairs++;
    }
  }
  return { pairs, rowStarts, values: new Float32Array(numbers), present: new Uint8Array(pairs) };
}

/** The potential of a pair, or undefined if it is not kept. */
export function storedPotential(
  { pairs, rowStarts, values }: StoredPotentials,
  sizes: Int32Array,
  pair: number,
): Float32Array | undefined {
  if (pair >= pairs) return undefined;
  const [i, j] = pairAt(pair);
  let start = rowStarts[i];
  for (let other = 0; other < j; other++) start += Math.min(sizes[i], sizes[other]);
  return values.subarray(start, start + Math.min(sizes[i], sizes[j]));
}
