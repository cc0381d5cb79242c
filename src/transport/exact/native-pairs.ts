import type { NativeAddon } from "../../native/loader.ts";
import type { PairsEngine, PairsProblem } from "./pairs-engine.ts";

/** The pairs of `cpp/emd/emd_pairs.h`. */
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
  let numbers = 0;
  return {
    setCost(cost) {
      const { basisBytes, metric } = addon.setEmdCost(native, cost);
      numbers = basisBytes / Uint16Array.BYTES_PER_ELEMENT;
      return { basisBytes, metric: metric === 1 };
    },
    bases() {
      const nodes = new Uint16Array(numbers);
      addon.emdPairBases(native, nodes);
      return nodes;
    },
    restore(nodes) {
      try {
        addon.restoreEmdPairBases(native, nodes);
        return true;
      } catch {
        return false;
      }
    },
    solve: (which, maxPivots, values) => addon.solveEmdPairs(native, { count: which.length, which, maxPivots, values }),
  };
}
