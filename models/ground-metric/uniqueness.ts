import { emd } from "../../src/transport/exact/emd.ts";
import { pairAt, pairCount, pairIndex } from "../../src/transport/pairs/pair-order.ts";
import type { Histograms, TwoWayHistograms } from "./histograms.ts";
import { OTHER_SIDE, type BySide, type SideName } from "./sides.ts";

const SIDES = ["features", "samples"] as const;

/** Of each pair of one side, the pairs of the other side between which its optimal plan moves mass. */
interface PlanSupports {
  /** Pair p has the entries `starts[p]` to `starts[p + 1]`. [pairs + 1] */
  readonly starts: Int32Array;
  readonly pairs: Int32Array;
}

/**
 * A posteriori uniqueness of exact Wasserstein singular vectors (Huizing et al. 2022, theorem 2.5). Nodes are the pairs of both
 * sides; a feature pair (k, l) leads to a sample pair (i, j) where the optimal plan between a_i and a_j moves mass from k to l,
 * and the other way round: the maps' derivative at the singular vectors. It has one positive eigenvector, and the singular
 * vectors are the only ones, where every node has an edge to it and the graph is strongly connected, apart from nodes that
 * lead nowhere in the end (distances that no plan moves mass along): these follow from the others.
 *
 * True where that holds. False means that these plans do not show it; other optimal plans may.
 *
 * @param distances learned distances, [m, m] between features and [n, n] between samples
 */
export function isCertifiedUnique(histograms: TwoWayHistograms, distances: BySide<Float64Array>): boolean {
  const backward = {
    features: planSupports(histograms.features, distances.samples),
    samples: planSupports(histograms.samples, distances.features),
  };
  const forward = {
    features: transposed(backward.samples, pairCount(histograms.features.count)),
    samples: transposed(backward.features, pairCount(histograms.samples.count)),
  };
  if (hasNodeWithoutEdges(backward)) return false;
  const lasting = withoutDeadEnds(forward, backward);
  return reachesAll(backward, lasting) && reachesAll(forward, lasting);
}

function hasNodeWithoutEdges(edges: BySide<PlanSupports>): boolean {
  return SIDES.some((side) => edges[side].starts.some((start, pair, starts) => start === starts[pair + 1]));
}

/** Marks the nodes that are left when those without an edge onwards are taken away, again and again. */
function withoutDeadEnds(forward: BySide<PlanSupports>, backward: BySide<PlanSupports>): BySide<Uint8Array> {
  const onwards = (side: SideName) =>
    Int32Array.from({ length: forward[side].starts.length - 1 }, (_, pair) => degree(forward[side], pair));
  const left = { features: onwards("features"), samples: onwards("samples") };
  const lasting = {
    features: new Uint8Array(left.features.length).fill(1),
    samples: new Uint8Array(left.samples.length).fill(1),
  };
  const dead = SIDES.flatMap((side) => Array.from(left[side].keys(), (pair) => ({ side, pair }))).filter(
    ({ side, pair }) => left[side][pair] === 0,
  );
  for (let node = dead.pop(); node; node = dead.pop()) {
    lasting[node.side][node.pair] = 0;
    const other = OTHER_SIDE[node.side];
    for (const source of targets(backward[node.side], node.pair)) {
      if (--left[other][source] === 0) dead.push({ side: other, pair: source });
    }
  }
  return lasting;
}

/** Whether, among the marked nodes, all are reached from the first one along these edges. */
function reachesAll(edges: BySide<PlanSupports>, marked: BySide<Uint8Array>): boolean {
  const pending = { features: marked.features.slice(), samples: marked.samples.slice() };
  const first = pending.features.indexOf(1);
  if (first < 0) return false;
  pending.features[first] = 0;
  const stack: { side: SideName; pair: number }[] = [{ side: "features", pair: first }];
  for (let node = stack.pop(); node; node = stack.pop()) {
    const other = OTHER_SIDE[node.side];
    for (const pair of targets(edges[node.side], node.pair)) {
      if (pending[other][pair] === 0) continue;
      pending[other][pair] = 0;
      stack.push({ side: other, pair });
    }
  }
  return SIDES.every((side) => !pending[side].includes(1));
}

function degree({ starts }: PlanSupports, pair: number): number {
  return starts[pair + 1] - starts[pair];
}

function targets({ starts, pairs }: PlanSupports, pair: number): Int32Array {
  return pairs.subarray(starts[pair], starts[pair + 1]);
}

function planSupports({ count, bins, data }: Histograms, cost: Float64Array): PlanSupports {
  const rows = Array.from({ length: count }, (_, row) => data.subarray(row * bins, (row + 1) * bins));
  const ground = { shape: [bins, bins], data: cost };
  const starts = new Int32Array(pairCount(count) + 1);
  const pairs: number[] = [];
  for (let pair = 0; pair + 1 < starts.length; pair++) {
    const [i, j] = pairAt(pair, count);
    const { plan } = emd(rows[i], rows[j], ground);
    plan.masses.forEach((mass, entry) => {
      const [k, l] = [plan.rows[entry], plan.columns[entry]];
      if (mass > 0 && k !== l) pairs.push(pairIndex(k, l, bins));
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
