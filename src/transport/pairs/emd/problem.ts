import type { HistogramRows } from "../histograms.ts";
import type { PairList } from "../pair-order.ts";

/** What the engines of exact transport are made from. */
export interface EmdPairsProblem {
  readonly left: HistogramRows;
  readonly right: HistogramRows;
  readonly pairs: PairList;
  /** Bytes for bases. */
  readonly memory: number;
}

export interface EmdSettings {
  readonly maxPivots: number;
}
