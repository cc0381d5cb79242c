import { expectArray } from "../../../checkpoints/leaves.ts";
import { emdPairs, type KeptBases } from "../../../src/transport/exact/emd-pairs.ts";
import type { StateTree } from "../../../src/tensor/tree.ts";
import { pairAt, pairCount } from "../../../src/transport/pairs/pair-order.ts";
import type { DistanceMap } from "../distance-map.ts";
import { pairNumber } from "../half-iteration.ts";
import type { Histograms } from "../histograms.ts";

/** Exact transport. The optimal bases are kept from one evaluation to the next as far as `memory` bytes reach. */
export function exactMap({ count, bins, data }: Histograms, memory: number): DistanceMap {
  const histograms = { shape: [count, bins], data };
  const rows = new Int32Array(pairCount(count));
  const columns = new Int32Array(pairCount(count));
  for (let pair = 0; pair < rows.length; pair++) [rows[pair], columns[pair]] = pairAt(pair);
  const transport = emdPairs(histograms, histograms, { rows, columns }, { memory });
  let known: Float64Array | undefined;
  /** Bases of a checkpoint, until there is a cost to hand them over with. */
  let loaded: KeptBases | undefined;

  return {
    engine: "exact transport by the network simplex",
    form: "distance",
    diagonal: 0,

    async evaluate(cost, { from, to, list }, values) {
      if (known !== cost) transport.setCost({ shape: [bins, bins], data: cost });
      known = cost;
      if (loaded) transport.restore(loaded);
      loaded = undefined;
      const which = Int32Array.from({ length: to - from }, (_, index) => pairNumber(list, from + index));
      values.set(transport.solve(which).values, from);
      return 0;
    },

    save(): StateTree {
      const kept = loaded ?? transport.bases();
      return kept ? { metric: kept.metric, nodes: { shape: [kept.nodes.length], data: kept.nodes } } : {};
    },

    load(tree) {
      if (!("nodes" in tree)) return;
      const { data: nodes } = expectArray(tree, "nodes", [null], Uint16Array);
      loaded = { metric: tree["metric"] === true, nodes };
    },
  };
}
