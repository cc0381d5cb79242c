import type { StateTree } from "../../src/tensor/tree.ts";
import type { MatrixForm } from "./symmetric-matrix.ts";

/** A part of the pairs that an evaluation goes through: positions [from, to) of a list of pair numbers. */
interface PairSlice {
  readonly from: number;
  readonly to: number;
  /** Pair numbers in ascending order (see `pairAt`); undefined: the positions are the numbers. */
  readonly list?: Int32Array;
}

/**
 * A map from a ground cost between bins to one value for each pair of a set of histograms: F or G of the papers without
 * their regularisers. It may keep what makes the next evaluation start close to its answer (potentials, bases).
 */
export interface DistanceMap {
  /** What computes, for the log. */
  readonly engine: string;
  /** Form of the matrix that the values make. */
  readonly form: MatrixForm;
  /** The value on the diagonal of a kernel matrix; 0 for other forms. */
  readonly diagonal: number;
  /**
   * Writes the values of the pairs at positions [from, to) into `values`, at their positions. The cost [bins, bins] is the
   * same array, unchanged, as long as an evaluation lasts. Returns how many negative values were set to zero.
   */
  evaluate(cost: Float64Array, slice: PairSlice, values: Float64Array): Promise<number>;
  /** What is kept for later evaluations; with `load` they go on bit for bit. */
  save(): StateTree | Promise<StateTree>;
  load(tree: StateTree): void;
  /** Frees what lies on a device. Nothing is called after it. */
  dispose?(): void;
}
