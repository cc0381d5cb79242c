import { matrixCosts } from "../../exact/arc-costs.ts";
import { gatherCost } from "../../exact/engine-host.ts";
import { greedyTree } from "../../exact/greedy-tree.ts";
import { balance, integerHistogram, type BalancedPair } from "../../exact/masses.ts";
import { NetworkSimplex } from "../../exact/network-simplex.ts";
import type { PairEngine, PairSelection, PairStatistics } from "../engine.ts";
import type { HistogramRows } from "../histograms.ts";
import { selectedPair } from "../selection.ts";
import { joinStatistics, noPairs } from "../statistics.ts";
import { isMetric, withoutCommonMass, type Excess } from "./common-mass.ts";
import { KeptBases } from "./kept-bases.ts";
import type { EmdPairsProblem, EmdSettings } from "./problem.ts";
import {
  isTree,
  MOST_STORED_NODES,
  NO_NODE,
  restoreBasis,
  storeBasis,
  STORED_NODE_BYTES,
  type StoredBasis,
} from "./stored-basis.ts";

/** About a tenth of a second of work. */
const PIECE_ENTRIES = 2 ** 20;

/** `cpp/emd/emd_pairs.h` in plain TypeScript, one pair after the other. */
export function hostEmdPairs({ left, right, pairs, memory }: EmdPairsProblem): PairEngine<EmdSettings> {
  const first = wholeMasses(left);
  const histograms = [first, left === right ? first : wholeMasses(right)] as const;
  const kept = new KeptBases("TypeScript");
  const bases = new Map<number, StoredBasis>();
  let cost = new Float64Array();
  let metric: boolean | undefined;
  let maxPivots = 0;
  /** Nodes of each pair that has room for its basis: the first ones. */
  let nodesOf: readonly number[] = [];

  function excessOf(pair: number): Excess & Pick<BalancedPair, "massOf"> {
    const [a, b] = [histograms[0][pairs.rows[pair]], histograms[1][pairs.columns[pair]]];
    const { left: supply, right: demand, massOf } = balance(a, b);
    if (metric) return { ...withoutCommonMass([a.bins, supply], [b.bins, demand]), massOf };
    return { rows: a.bins, columns: b.bins, supply, demand, massOf };
  }

  /** As many of the first pairs as the memory has room for. */
  function roomForBases(): number[] {
    const counts: number[] = [];
    for (let pair = 0, bytes = 0; pair < pairs.rows.length; pair++) {
      const { rows, columns } = excessOf(pair);
      const nodes = rows.length + columns.length;
      bytes += STORED_NODE_BYTES * nodes;
      if (nodes >= MOST_STORED_NODES || bytes > memory) break;
      counts.push(nodes);
    }
    return counts;
  }

  function solvePair(pair: number): { value: number; statistics: PairStatistics } {
    const { rows, columns, supply, demand, massOf } = excessOf(pair);
    if (rows.length === 0) return { value: 0, statistics: noPairs }; // the same histogram twice
    const block = gatherCost(cost, right.bins, rows, columns);
    const problem = { costs: matrixCosts(block, rows.length, columns.length), supply, demand };
    const basis = bases.get(pair);
    const simplex = new NetworkSimplex(problem, basis ? restoreBasis(problem, basis) : greedyTree(problem));
    const converged = simplex.solve(maxPivots);
    if (pair < nodesOf.length) bases.set(pair, storeBasis(simplex.tree));
    const counts = { iterations: simplex.pivots, warmStarts: basis ? 1 : 0, unconverged: converged ? 0 : 1 };
    return { value: massOf(simplex.value()), statistics: { ...noPairs, ...counts } };
  }

  function readBases(): Uint16Array {
    const all = nodesOf.flatMap((count, pair) => {
      const basis = bases.get(pair);
      return Array.from({ length: count }, (_, k) => (basis ? [basis.nodes[k], basis.parents[k]] : [NO_NODE, 0]));
    });
    return Uint16Array.from(all.flat());
  }

  function writeBases(nodes: Uint16Array): boolean {
    const found = new Map<number, StoredBasis>();
    let at = 0;
    for (const [pair, count] of nodesOf.entries()) {
      const pick = (offset: number) => Uint16Array.from({ length: count }, (_, k) => nodes[at + 2 * k + offset]);
      const basis = { nodes: pick(0), parents: pick(1) };
      at += 2 * count;
      if (count === 0 || basis.nodes[0] === NO_NODE) continue;
      if (!isTree(basis, excessOf(pair).rows.length)) return false;
      found.set(pair, basis);
    }
    bases.clear();
    for (const [pair, basis] of found) bases.set(pair, basis);
    return true;
  }

  const keptNodes = () => nodesOf.reduce((sum, nodes) => sum + nodes, 0);
  return {
    name: "TypeScript, float64",
    pieceEntries: PIECE_ENTRIES,
    get keptBytes() {
      return STORED_NODE_BYTES * keptNodes();
    },
    setCost(next, settings) {
      cost = next.slice();
      ({ maxPivots } = settings);
      const isOne = left.bins === right.bins && isMetric(cost, right.bins);
      if (isOne !== metric) {
        metric = isOne;
        bases.clear();
        nodesOf = roomForBases();
      }
      kept.use({ metric: isOne, numbers: 2 * keptNodes(), read: readBases, write: writeBases });
    },
    solve(which: PairSelection, values) {
      let all = noPairs;
      for (let k = 0; k < values.length; k++) {
        const { value, statistics } = solvePair(selectedPair(which, k));
        values[k] = value;
        all = joinStatistics(all, statistics);
      }
      return all;
    },
    save: () => kept.save(),
    load: (tree) => kept.load(tree),
  };
}

function wholeMasses({ count, bins, data }: HistogramRows) {
  return Array.from({ length: count }, (_, row) => integerHistogram(data.subarray(row * bins, (row + 1) * bins)));
}
