import type { StateTree } from "../../../tensor/tree.ts";
import { keptVector, vector } from "../kept.ts";
import { pairAt } from "../pair-order.ts";
import { selectedPair, sizeOfSelection } from "../selection.ts";
import type { PairSelection } from "../engine.ts";

const BYTES_PER_NUMBER = Float32Array.BYTES_PER_ELEMENT;

/**
 * Which potentials are kept between calls, and where: log(u / a) of the histogram with the smaller support of each pair, the
 * other follows from it by half an iteration. Pairs are kept in their order as far as the budget reaches.
 */
export interface PotentialLayout {
  /** Pairs of the whole set. */
  readonly pairs: number;
  /** How many of them, the first ones, are kept. */
  readonly kept: number;
  /** Numbers of all potentials that are kept. */
  readonly numbers: number;
  /** Offset of pair (i, i + 1) among them; the pairs of a row follow each other. [count] */
  readonly rowStarts: Float64Array;
  /** Bytes that they take: the numbers, and a byte a pair. */
  readonly bytes: number;
}

/** The same with the potentials themselves. */
export interface StoredPotentials extends PotentialLayout {
  readonly values: Float32Array;
  /** 1 for each pair that has been solved and so has potentials; one for each of the pairs that are kept. */
  readonly present: Uint8Array;
}

/** Room for as many pairs of supports of these sizes as fit into so many bytes. */
export function potentialLayout(sizes: Int32Array, memory: number): PotentialLayout {
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
  return { pairs: (count * (count - 1)) / 2, kept, numbers, rowStarts, bytes: numbers * BYTES_PER_NUMBER + kept };
}

/** In this process's memory. */
export function storePotentials(layout: PotentialLayout): StoredPotentials {
  return { ...layout, values: new Float32Array(layout.numbers), present: new Uint8Array(layout.kept) };
}

/** Where the potentials of these pairs begin; undefined: not kept. */
export function* potentialPlaces(
  { kept, rowStarts }: PotentialLayout,
  sizes: Int32Array,
  which: PairSelection,
): Generator<number | undefined> {
  let [row, column, place] = [-1, 0, 0]; // the last one, from which the next of the same row is not far
  for (let k = 0; k < sizeOfSelection(which); k++) {
    const pair = selectedPair(which, k);
    if (pair >= kept) {
      yield undefined;
      continue;
    }
    const [i, j] = pairAt(pair, sizes.length);
    if (i !== row || j < column) [row, column, place] = [i, i + 1, rowStarts[i]];
    for (; column < j; column++) place += Math.min(sizes[i], sizes[column]);
    yield place;
  }
}

/** How many of these pairs have potentials. */
export function countPresent(present: Uint8Array, which: PairSelection): number {
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
