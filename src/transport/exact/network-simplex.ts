import { arcCost, type TransportProblem } from "./problem.ts";
import type { SpanningTree } from "./spanning-tree.ts";

/** An arc enters if its reduced cost is below minus this many units of rounding of the largest cost. */
const TOLERANCE_UNITS = 16;

/** Arcs that are priced before the best of them enters, at least. */
const BLOCK_ARCS = 512;

interface PricedArc {
  readonly reducedCost: number;
  readonly row: number;
  readonly column: number;
}

/**
 * Exact transport by the primal network simplex in plain TypeScript; `cpp/emd/network_simplex.h` is the same
 * natively.
 *
 * The tree is strongly feasible (Cunningham 1976), that is, from each node mass could be sent to the root, and pivots keep
 * it so: then degenerate ones, which ties make frequent, cannot cycle.
 */
export class NetworkSimplex {
  /** f [rows], then g [columns]. */
  readonly potentials: Float64Array;
  pivots = 0;

  readonly #problem: TransportProblem;

  /** From a first basis with its flows. */
  constructor(
    problem: TransportProblem,
    readonly tree: SpanningTree,
  ) {
    this.#problem = problem;
    this.potentials = new Float64Array(tree.nodes);
  }

  /** Pivots until no arc has a negative reduced cost. False if `mostPivots` were not enough. */
  solve(mostPivots: number): boolean {
    const { rows, columns, largest } = this.#problem.costs;
    const tolerance = TOLERANCE_UNITS * Number.EPSILON * largest;
    const block = 1 + Math.floor(BLOCK_ARCS / columns);
    let fresh = false;
    for (let begin = 0, left = 0; ;) {
      if (left <= 0) {
        if (fresh) return true; // no arc of all rows enters
        this.#refreshPotentials(); // pivots have rounded them
        fresh = true;
        left = rows;
      }
      const end = Math.min(begin + block, rows);
      const arc = this.#price(begin, end);
      left -= end - begin;
      begin = end % rows;
      if (arc.reducedCost >= -tolerance) continue;
      if (this.pivots === mostPivots) return false;
      this.#pivot(arc);
      this.pivots++;
      fresh = false;
      left = rows;
    }
  }

  /** The transport cost, in cost units times units of mass. */
  value(): number {
    const { flow, cost } = this.tree;
    return flow.reduce((sum, mass, node) => sum + mass * cost[node], 0);
  }

  /** Calls `visit` for each arc of the tree. */
  arcs(visit: (row: number, column: number, flow: number) => void): void {
    const { rows } = this.#problem.costs;
    const { parent, flow } = this.tree;
    for (let node = 0; node < this.tree.nodes; node++) {
      if (parent[node] < 0) continue;
      const [row, column] = node < rows ? [node, parent[node]] : [parent[node], node];
      visit(row, column - rows, flow[node]);
    }
  }

  /** The arc with the least reduced cost of rows [begin, end), the first one where several have it. */
  #price(begin: number, end: number): PricedArc {
    const { costs } = this.#problem;
    const { rows, columns, entries } = costs;
    let [reducedCost, bestRow, bestColumn] = [Infinity, begin, 0];
    for (let row = begin; row < end; row++) {
      for (let column = 0, entry = costs.load(row); column < columns; column++, entry++) {
        const reduced = entries[entry] - this.potentials[rows + column] - this.potentials[row];
        if (reduced >= reducedCost) continue;
        reducedCost = reduced;
        bestRow = row;
        bestColumn = column;
      }
    }
    return { reducedCost, row: bestRow, column: bestColumn };
  }

  #refreshPotentials(): void {
    const { root, parent, next, cost } = this.tree;
    this.potentials[root] = 0;
    for (let node = next[root]; node !== root; node = next[node]) {
      this.potentials[node] = cost[node] - this.potentials[parent[node]];
    }
  }

  /**
   * An arc enters. Around the cycle that it closes, in its direction, mass grows on arcs that point the same way and shrinks
   * on the others. Of those that become empty first, the last one after the join leaves: that keeps the tree strongly
   * feasible.
   */
  #pivot({ reducedCost, row, column: columnIndex }: PricedArc): void {
    const { rows } = this.#problem.costs;
    const { parent, flow } = this.tree;
    const column = rows + columnIndex;
    const join = this.tree.join(row, column);
    let [least, leaving, leavesRowSide] = [Infinity, -1, true];
    for (let node = row; node !== join; node = parent[node]) {
      if (node < rows && flow[node] < least) [least, leaving] = [flow[node], node];
    }
    for (let node = column; node !== join; node = parent[node]) {
      if (node >= rows && flow[node] <= least) [least, leaving, leavesRowSide] = [flow[node], node, false];
    }
    if (least > 0) {
      for (let node = row; node !== join; node = parent[node]) flow[node] += node < rows ? -least : least;
      for (let node = column; node !== join; node = parent[node]) flow[node] += node < rows ? least : -least;
    }
    const [end, upper] = leavesRowSide ? [row, column] : [column, row];
    const rowChange = leavesRowSide ? reducedCost : -reducedCost;
    this.tree.hang(leaving, end, upper, join, least, arcCost(this.#problem, row, column), (node) => {
      this.potentials[node] += node < rows ? rowChange : -rowChange;
    });
  }
}
