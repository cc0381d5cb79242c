import type { TransportProblem } from "./problem.ts";
import { SpanningTree } from "./spanning-tree.ts";

/**
 * A first basis, made of sends: a row sends a column as much as it can, which finishes one of the two, and the arc leads from that
 * node to the other, its parent. So the sends make a tree.
 *
 * It is strongly feasible because ties are broken as if each row had one unit of a smaller kind of mass, all of which the
 * root takes.
 */
export class GreedyTree {
  readonly #problem: TransportProblem;
  readonly #tree: SpanningTree;
  readonly #root: number;
  readonly #left: Float64Array;
  readonly #small: Float64Array;
  readonly #isFinished: Uint8Array;
  readonly #order: number[] = []; // nodes, as they were finished

  constructor(problem: TransportProblem) {
    const { supply, demand } = problem;
    this.#problem = problem;
    this.#tree = new SpanningTree(supply.length + demand.length);
    this.#root = supply.length + demand.reduce((best, mass, column) => (mass > demand[best] ? column : best), 0);
    this.#left = new Float64Array(this.#tree.nodes);
    this.#left.set(supply);
    this.#left.set(demand, supply.length);
    this.#small = new Float64Array(this.#tree.nodes).fill(1, 0, supply.length);
    this.#small[this.#root] = supply.length;
    this.#isFinished = new Uint8Array(this.#tree.nodes);
  }

  isFinished(node: number): boolean {
    return this.#isFinished[node] !== 0;
  }

  /** Sends from a row to the node of a column, neither of which is finished. Returns the node that it finishes. */
  send(row: number, column: number): number {
    const [left, small] = [this.#left, this.#small];
    const finishesRow = left[row] !== left[column] ? left[row] < left[column] : small[row] <= small[column];
    const [node, parent] = finishesRow ? [row, column] : [column, row];
    const { costs } = this.#problem;
    this.#tree.parent[node] = parent;
    this.#tree.flow[node] = left[node];
    this.#tree.cost[node] = costs.at(row, column - costs.rows);
    this.#order.push(node);
    this.#isFinished[node] = 1;
    left[parent] -= left[node];
    small[parent] -= small[node];
    return node;
  }

  /**
   * Sends along the arc with the least C_ij - g_j - f_i between nodes that are not finished, over and over, until there is a tree.
   */
  complete(f?: Float64Array, g?: Float64Array): void {
    const { rows, columns } = this.#problem.costs;
    // Of each row its cheapest column and the cost there. When a column is finished, rows that point to it know too little.
    const cheapest = new Int32Array(rows);
    const least = new Float64Array(rows).fill(Infinity);
    for (let row = 0; row < rows; row++) if (!this.isFinished(row)) this.#look(row, cheapest, least, f, g);
    while (this.#order.length < rows + columns - 1) {
      let row = 0;
      for (let other = 1; other < rows; other++) if (least[other] < least[row]) row = other;
      if (this.isFinished(rows + cheapest[row])) this.#look(row, cheapest, least, f, g);
      else if (this.send(row, rows + cheapest[row]) === row) least[row] = Infinity;
    }
  }

  #look(row: number, cheapest: Int32Array, least: Float64Array, f?: Float64Array, g?: Float64Array): void {
    const { costs } = this.#problem;
    const { rows, columns, entries } = costs;
    least[row] = Infinity;
    for (let column = 0, entry = costs.load(row); column < columns; column++, entry++) {
      if (this.#isFinished[rows + column] !== 0) continue;
      const reduced = g && f ? entries[entry] - g[column] - f[row] : entries[entry];
      if (reduced >= least[row]) continue;
      least[row] = reduced;
      cheapest[row] = column;
    }
  }

  /** The tree, rooted and threaded: parents first, from the root along the stem that turns round, then backwards in the order. */
  finish(): SpanningTree {
    const tree = this.#tree;
    const stem: number[] = [];
    for (let node = this.#root; node >= 0; node = tree.parent[node]) stem.push(node);
    tree.rootAt(this.#root);
    const onStem = new Set(stem);
    tree.thread([...stem, ...this.#order.toReversed().filter((node) => !onStem.has(node))]);
    return tree;
  }
}

/** A basis of the cheapest arcs. */
export function greedyTree(problem: TransportProblem): SpanningTree {
  const greedy = new GreedyTree(problem);
  greedy.complete();
  return greedy.finish();
}
