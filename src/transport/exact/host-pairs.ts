import type { EmdPairsTotals } from "../../native/emd.ts";
import { isMetric, withoutCommonMass, type Excess } from "./common-mass.ts";
import { gatherCost } from "./emd-host.ts";
import type { PairsEngine, PairsProblem } from "./pairs-engine.ts";
import { greedyTree } from "./greedy-tree.ts";
import { balance, integerHistogram, type IntegerHistogram } from "./masses.ts";
import { NetworkSimplex } from "./network-simplex.ts";
import { restoreBasis, storeBasis, STORED_NODE_BYTES, type StoredBasis } from "./stored-basis.ts";

/** Nodes that a stored basis can number. */
const MOST_STORED_NODES = 0xffff;
/** Stands for the root of a pair that has no basis yet. */
const NO_NODE = 0xffff;

/** `cpp/emd/emd_pairs.h` in plain TypeScript, one pair after the other. */
export class HostPairs implements PairsEngine {
  private readonly left: IntegerHistogram[];
  private readonly right: IntegerHistogram[];
  private readonly bins: number;
  private cost = new Float64Array();
  private metric = false;
  private readonly bases_ = new Map<number, StoredBasis>();
  private storedPairs = 0;
  /** Nodes of each stored pair. */
  private nodesOf: number[] = [];

  constructor(private readonly problem: PairsProblem) {
    const { left, right } = problem;
    const rowsOf = ({ data, shape: [count, bins] }: typeof left) =>
      Array.from({ length: count }, (_, row) => integerHistogram(data.subarray(row * bins, (row + 1) * bins)));
    this.left = rowsOf(left);
    this.right = left === right ? this.left : rowsOf(right);
    this.bins = right.shape[1];
  }

  setCost(cost: Float64Array): { basisBytes: number; metric: boolean } {
    this.cost = cost.slice();
    const square = this.problem.left.shape[1] === this.bins;
    const metric = square && isMetric(cost, this.bins);
    if (metric !== this.metric) this.bases_.clear();
    this.metric = metric;
    let bytes = 0;
    this.nodesOf = [];
    for (this.storedPairs = 0; this.storedPairs < this.problem.pairs.rows.length; this.storedPairs++) {
      const { rows, columns } = this.excess(this.storedPairs);
      const nodes = rows.length + columns.length;
      if (nodes >= MOST_STORED_NODES || bytes + STORED_NODE_BYTES * nodes > this.problem.memory) break;
      bytes += STORED_NODE_BYTES * nodes;
      this.nodesOf.push(nodes);
    }
    return { basisBytes: bytes, metric };
  }

  bases(): Uint16Array {
    const all = this.nodesOf.flatMap((count, pair) => {
      const basis = this.bases_.get(pair);
      return Array.from({ length: count }, (_, k) => (basis ? [basis.nodes[k], basis.parents[k]] : [NO_NODE, 0]));
    });
    return Uint16Array.from(all.flat());
  }

  restore(nodes: Uint16Array): boolean {
    const bases = new Map<number, StoredBasis>();
    let at = 0;
    for (const [pair, count] of this.nodesOf.entries()) {
      const pick = (offset: number) => Uint16Array.from({ length: count }, (_, k) => nodes[at + 2 * k + offset]);
      const basis = { nodes: pick(0), parents: pick(1) };
      at += 2 * count;
      if (count === 0 || basis.nodes[0] === NO_NODE) continue;
      if (!isTree(basis, this.excess(pair).rows.length)) return false;
      bases.set(pair, basis);
    }
    this.bases_.clear();
    for (const [pair, basis] of bases) this.bases_.set(pair, basis);
    return true;
  }

  solve(which: Int32Array, maxPivots: number, values: Float64Array): EmdPairsTotals {
    const totals = { pivots: 0, warm: 0, unconverged: 0 };
    which.forEach((pair, k) => (values[k] = this.solvePair(pair, maxPivots, totals)));
    return totals;
  }

  private solvePair(
    pair: number,
    maxPivots: number,
    totals: { -readonly [K in keyof EmdPairsTotals]: number },
  ): number {
    const { rows, columns, supply, demand, unit } = this.excess(pair);
    if (rows.length === 0) return 0; // the same histogram twice
    const cost = gatherCost(this.cost, this.bins, rows, columns);
    const problem = { rows: rows.length, columns: columns.length, cost, supply, demand };
    const basis = this.bases_.get(pair);
    const simplex = new NetworkSimplex(problem, basis ? restoreBasis(problem, basis) : greedyTree(problem));
    if (!simplex.solve(maxPivots)) totals.unconverged++;
    if (pair < this.storedPairs) this.bases_.set(pair, storeBasis(simplex.tree));
    totals.pivots += simplex.pivots;
    if (basis) totals.warm++;
    return simplex.value() * unit;
  }

  private excess(pair: number): Excess & { unit: number } {
    const { pairs } = this.problem;
    const [a, b] = [this.left[pairs.rows[pair]], this.right[pairs.columns[pair]]];
    const { left, right, unit } = balance(a, b);
    if (this.metric) return { ...withoutCommonMass([a.bins, left], [b.bins, right]), unit };
    return { rows: a.bins, columns: b.bins, supply: left, demand: right, unit };
  }
}

/** Whether a basis names each node once, below one that came before it, and joins rows with columns. */
function isTree({ nodes, parents }: StoredBasis, rows: number): boolean {
  const seen = new Uint8Array(nodes.length);
  return nodes.every((node, k) => {
    const known = node < nodes.length && seen[node] === 0 && (k === 0 || parents[k] < k);
    seen[node] = 1;
    return known && (k === 0 || node < rows !== nodes[parents[k]] < rows);
  });
}
