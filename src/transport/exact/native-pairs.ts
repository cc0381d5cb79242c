import type { NativeAddon } from "../../native/loader.ts";
import type { PairsEngine, PairsProblem } from "./emd-pairs.ts";

/** The pairs of `cpp/emd_pairs.h`. */
export function nativePairs(addon: NativeAddon, { left, right, pairs, memory }: PairsProblem): PairsEngine {
  const native = addon.createEmdPairs({
    leftCount: left.shape[0],
    leftBins: left.shape[1],
    left: left.data,
    rightCount: right.shape[0],
    rightBins: right.shape[1],
    right: right.data,
    pairs: pairs.rows.length,
    rows: pairs.rows,
    columns: pairs.columns,
    memory,
  });
  return {
    setCost: (cost) => addon.setEmdCost(native, cost),
    solve: (which, maxPivots, values) => addon.solveEmdPairs(native, { count: which.length, which, maxPivots, values }),
  };
}
