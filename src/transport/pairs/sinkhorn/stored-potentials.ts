import type { StateTree } from "../../../tensor/tree.ts";
import { keptVector, vector } from "../kept.ts";
import { pairAt } from "../pair-order.ts";
import { selectedPair, sizeOfSelection } from "../selection.ts";
import type { PairSelection } from "../engine.ts";

const BYTES_PER_NUMBER = Float32Array.BYTES_PER_ELEMENT;

/**
 * Where the potentials of pairs are kept between calls: log(u / a) of the histogram with the smaller support of each pair, the
 * other follows from it by half an iteration. Pairs are kept in their order as far as the budget reaches.
 */
export interface StoredPotentials {
  /** Pairs of the whole set. */
  readonly pairs: number;
  /** Offset of pair (i, i + 1) in `values`; the pairs of a row follow each other. [count] */
  readonly rowStarts: Float64Array;
  readonly values: Float32Array;
  /** 1 for each pair that has been solved and so has potentials; one for each of the first pairs that are kept. */
  readonly present: Uint8Array;
}

/** Room for as many pairs of supports of these sizes as fit into so many bytes. */
export function storePotentials(sizes: Int32Array, memory: number): StoredPotentials {
  const count = sizes.length;
  const rowStarts = new Float64Array(count);
  let numbers = 0;
  let kept = 0;
  let full = false;
  for (let i = 0; i < count; i++) {
    rowStarts[i] = numbers;
    for (let j = i + 1; j < count && !full; j++) {
      const next = numbers + Math.min(sizes[i], sizes[j]);
      full = next * BYTES_PER_NUMBER + kept + 1 > memory;
      if (full) break;
      numbers = next;
      kept++;
    }
  }
  const pairs = (count * (count - 1)) / 2;
  return { pairs, rowStarts, values: new Float32Array(numbers), present: new Uint8Array(kept) };
}

/** Bytes of what is kept. */
export function potentialBytes({ values, present }: StoredPotentials): number {
  return values.byteLength + present.byteLength;
}

/** The potential of a pair, or undefined if it is not kept. */
export function storedPotential(
  { present, rowStarts, values }: StoredPotentials,
  sizes: Int32Array,
  pair: number,
): Float32Array | undefined {
  if (pair >= present.length) return undefined;
  const [i, j] = pairAt(pair, sizes.length);
  let start = rowStarts[i];
  for (let other = i + 1; other < j; other++) start += Math.min(sizes[i], sizes[other]);
  return values.subarray(start, start + Math.min(sizes[i], sizes[j]));
}

/** How many of these pairs have potentials. */
export function countPresent({ present }: StoredPotentials, which: PairSelection): number {
  let found = 0;
  for (let k = 0; k < sizeOfSelection(which); k++) if (present[selectedPair(which, k)] === 1) found++;
  return found;
}

export function savePotentials({ values, present }: StoredPotentials): StateTree {
  return { values: vector(values), present: vector(present) };
}

/** Takes over what `savePotentials` gave. Throws InputError where the sizes differ. */
export function loadPotentials(stored: StoredPotentials, kept: StateTree): void {
  const values = keptVector(kept, "values", Float32Array, stored.values.length);
  const present = keptVector(kept, "present", Uint8Array, stored.present.length);
  stored.values.set(values);
  stored.present.set(present);
}
