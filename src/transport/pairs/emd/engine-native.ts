import type { NativeAddon } from "../../../native/loader.ts";
import type { PairEngine } from "../engine.ts";
import { pairsOf } from "../selection.ts";
import { noPairs } from "../statistics.ts";
import { KeptBases } from "./kept-bases.ts";
import type { EmdPairsProblem, EmdSettings } from "./problem.ts";

/** A quarter of a second of work, more or less. */
const PIECE_ENTRIES = 2 ** 25;

/** `cpp/emd/emd_pairs.h`: at least one pair. */
export function nativeEmdPairs(
  { addon, name }: { readonly addon: NativeAddon; readonly name: string },
  { left, right, pairs, memory }: EmdPairsProblem,
): PairEngine<EmdSettings> {
  const native = addon.createEmdPairs({
    leftCount: left.count,
    leftBins: left.bins,
    left: left.data,
    rightCount: right.count,
    rightBins: right.bins,
    right: right.data,
    pairs: pairs.rows.length,
    rows: pairs.rows,
    columns: pairs.columns,
    memory,
  });
  const kept = new KeptBases("native");
  let keptBytes = 0;
  let maxPivots = 0;

  return {
    name,
    pieceEntries: PIECE_ENTRIES,
    get keptBytes() {
      return keptBytes;
    },
    setCost(cost, settings) {
      const { basisBytes, metric } = addon.setEmdCost(native, cost);
      keptBytes = basisBytes;
      ({ maxPivots } = settings);
      const numbers = basisBytes / Uint16Array.BYTES_PER_ELEMENT;
      kept.use({
        metric: metric === 1,
        numbers,
        read() {
          const nodes = new Uint16Array(numbers);
          addon.emdPairBases(native, nodes);
          return nodes;
        },
        write(nodes) {
          try {
            addon.restoreEmdPairBases(native, nodes);
            return true;
          } catch {
            return false; // sizes are checked: these are no trees
          }
        },
      });
    },
    solve(which, values) {
      if (values.length === 0) return noPairs;
      const request = { count: values.length, which: pairsOf(which), maxPivots, values };
      const { pivots, warm, unconverged } = addon.solveEmdPairs(native, request);
      return { ...noPairs, iterations: pivots, warmStarts: warm, unconverged };
    },
    save: () => kept.save(),
    load: (tree) => kept.load(tree),
  };
}
