import { emd } from "../../src/transport/exact/emd.ts";
import { pairAt, pairCount } from "../../src/transport/pairs/pair-order.ts";
import type { Histograms, TwoWayHistograms } from "./histograms.ts";
import { OTHER_SIDE, type BySide } from "./sides.ts";

/** Of each pair of one side, the pairs of the other side between which its optimal plan moves mass. */
interface PlanSupports {
  /** Pair p has the entries `starts[p]` to `starts[p + 1]`. [pairs + 1] */
  readonly starts: Int32Array;
  readonly pairs: Int32Array;
}

/**
 * A posteriori uniqueness of exact Wasserstein singular vectors (Huizing et al. 2022, theorem 2.5). Nodes are the pairs of both
 * sides; a feature pair (k, l) leads to a sample pair (i, j) where the optimal plan between a_i and a_j moves mass from k to l,
 * and the other way round. True where this graph is strongly connected: then the singular vectors are the only ones. False
 * means that these plans do not show it; others may.
 *
 * @param distances learned distances, [m, m] between features and [n, n] between samples
 */
export function isCertifiedUnique(histograms: TwoWayHistograms, distances: BySide<Float64Array>): boolean {
  const features = planSupports(histograms.features, distances.samples);
  const samples = planSupports(histograms.samples, distances.features);
  const backward = { features, samples };
  const forward = {
    features: transposed(samples, pairCount(histograms.features.count)),
    samples: transposed(features, pairCount(histograms.samples.count)),
  };
  return reachesAll(backward) && reachesAll(forward);
}

function planSupports({ count, bins, data }: Histograms, cost: Float64Array): PlanSupports {
  const rows = Array.from({ length: count }, (_, row) => data.subarray(row * bins, (row + 1) * bins));
  const ground = { shape: [bins, bins], data: cost };
  const starts = new Int32Array(pairCount(count) + 1);
  const pairs: number[] = [];
  for (let pair = 0; pair + 1 < starts.length; pair++) {
    const [i, j] = pairAt(pair);
    const { plan } = emd(rows[i], rows[j], ground);
    plan.masses.forEach((mass, entry) => {
      const [k, l] = [plan.rows[entry], plan.columns[entry]];
      if (mass > 0 && k !== l) pairs.push(pairCount(Math.max(k, l)) + Math.min(k, l));
    });
    starts[pair + 1] = pairs.length;
  }
  return { starts, pairs: Int32Array.from(pairs) };
}

/** The same edges the other way round: for each of the `count` pairs that occur, those in whose plan it is. */
function transposed({ starts, pairs }: PlanSupports, count: number): PlanSupports {
  const out = new Int32Array(count + 1);
  for (const pair of pairs) out[pair + 1]++;
  for (let pair = 0; pair < count; pair++) out[pair + 1] += out[pair];
  const next = out.slice();
  const sources = new Int32Array(pairs.length);
  for (let source = 0; source + 1 < starts.length; source++) {
    for (let entry = starts[source]; entry < starts[source + 1]; entry++) sources[next[pairs[entry]]++] = source;
  }
  return { starts: out, pairs: sources };
}

/** Whether every node is reached from the first one along these edges, which lead from each side to the other. */
function reachesAll(edges: BySide<PlanSupports>): boolean {
  const seen = {
    features: new Uint8Array(edges.features.starts.length - 1),
    samples: new Uint8Array(edges.samples.starts.length - 1),
  };
  const stack: { side: "features" | "samples"; pair: number }[] = [{ side: "features", pair: 0 }];
  seen.features[0] = 1;
  for (let node = stack.pop(); node; node = stack.pop()) {
    const { starts, pairs } = edges[node.side];
    const other = OTHER_SIDE[node.side];
    for (let entry = starts[node.pair]; entry < starts[node.pair + 1]; entry++) {
      const pair = pairs[entry];
      if (seen[other][pair] === 1) continue;
      seen[other][pair] = 1;
      stack.push({ side: other, pair });
    }
  }
  return seen.features.every((mark) => mark === 1) && seen.samples.every((mark) => mark === 1);
}
