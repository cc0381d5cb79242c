import type { EmdPairsTotals } from "../../native/emd.ts";
import type { NdArray } from "../../tensor/ndarray.ts";

/** Pair k is row rows[k] of the first histograms with row columns[k] of the second. */
export interface PairList {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** What `EmdPairs` does for arrays that have been checked. */
export interface PairsEngine {
  setCost(cost: Float64Array): { readonly basisBytes: number; readonly metric: boolean };
  bases(): Uint16Array;
  /** False where the nodes are no trees of these pairs. */
  restore(nodes: Uint16Array): boolean;
  solve(which: Int32Array, maxPivots: number, values: Float64Array): EmdPairsTotals;
}

/** What the engines are made from. */
export interface PairsProblem {
  readonly left: NdArray<Float64Array>;
  readonly right: NdArray<Float64Array>;
  readonly pairs: PairList;
  readonly memory: number;
}
