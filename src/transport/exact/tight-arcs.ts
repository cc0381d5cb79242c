import type { ArcCosts } from "./arc-costs.ts";
import { GreedyTree } from "./greedy-tree.ts";
import type { TransportProblem } from "./problem.ts";
import type { SpanningTree } from "./spanning-tree.ts";

/** Arcs of each row that are looked at, those of least reduced cost; more make a tree that is hardly better. */
const ARCS_OF_ROW = 8;

interface Arc {
  readonly reduced: number;
  readonly row: number;
  readonly column: number;
}

/**
 * A basis from dual potentials g [columns], any finite numbers; `cpp/emd/tight_arcs.h` is the same natively. At the optimum the
 * arcs of the basis are tight, f_i + g_j = C_ij, and their tree says by itself what flows: each leaf sends all that it has. With
 * potentials near the optimum most of that still holds, and what does not is sent along the arcs of least reduced cost.
 */
export function tightTree(problem: TransportProblem, given: Float64Array): SpanningTree {
  const { costs } = problem;
  const { f, g } = feasible(costs, given);
  const greedy = new GreedyTree(problem);
  const neighbours = forest(tightArcs(costs, f, g), costs.rows, costs.columns);
  const degree = Int32Array.from(neighbours, ({ length }) => length);
  const leaves = [...degree.keys()].filter((node) => degree[node] === 1);
  const loseOne = (node: number): void => {
    if (--degree[node] === 1) leaves.push(node);
  };
  for (let k = 0; k < leaves.length; k++) {
    const leaf = leaves[k];
    if (greedy.isFinished(leaf) || degree[leaf] !== 1) continue;
    const other = neighbours[leaf].find((node) => !greedy.isFinished(node))!;
    if (greedy.send(Math.min(leaf, other), Math.max(leaf, other)) === leaf) {
      loseOne(other);
    } else {
      // the leaf has mass left, for another arc
      for (const node of neighbours[other]) if (!greedy.isFinished(node)) loseOne(node);
    }
  }
  greedy.complete(f, g);
  return greedy.finish();
}

/** C-transforms: the largest f for g, and then the largest g. */
function feasible(costs: ArcCosts, given: Float64Array): { f: Float64Array; g: Float64Array } {
  const { rows, columns, entries } = costs;
  const f = new Float64Array(rows).fill(Infinity);
  const g = new Float64Array(columns).fill(Infinity);
  for (let row = 0; row < rows; row++) {
    const begin = costs.load(row);
    for (let column = 0; column < columns; column++) f[row] = Math.min(f[row], entries[begin + column] - given[column]);
    for (let column = 0; column < columns; column++) g[column] = Math.min(g[column], entries[begin + column] - f[row]);
  }
  return { f, g };
}

/** Some arcs of least reduced cost of each row, and the one of each column, the least first. */
function tightArcs(costs: ArcCosts, f: Float64Array, g: Float64Array): Arc[] {
  const { rows, columns, entries } = costs;
  const arcs: Arc[] = [];
  const ofColumn = new Array<Arc>(columns);
  for (let row = 0; row < rows; row++) {
    const begin = costs.load(row);
    const ofRow: Arc[] = []; // sorted
    for (let column = 0; column < columns; column++) {
      const reduced = entries[begin + column] - g[column] - f[row];
      if (row === 0 || reduced < ofColumn[column].reduced) ofColumn[column] = { reduced, row, column };
      if (ofRow.length === ARCS_OF_ROW && reduced >= ofRow[ARCS_OF_ROW - 1].reduced) continue;
      let place = ofRow.length;
      while (place > 0 && ofRow[place - 1].reduced > reduced) place--;
      ofRow.splice(place, 0, { reduced, row, column });
      if (ofRow.length > ARCS_OF_ROW) ofRow.pop();
    }
    arcs.push(...ofRow);
  }
  return [...arcs, ...ofColumn].sort((first, second) => first.reduced - second.reduced);
}

/** The shortest spanning forest of arcs in their order (Kruskal 1956): the neighbours of rows, and of columns behind them. */
function forest(arcs: readonly Arc[], rows: number, columns: number): number[][] {
  const neighbours = Array.from({ length: rows + columns }, (): number[] => []);
  const set = Int32Array.from(neighbours.keys());
  const representative = (node: number): number => {
    while (set[node] !== node) node = set[node] = set[set[node]];
    return node;
  };
  for (const { row, column } of arcs) {
    const [first, second] = [representative(row), representative(rows + column)];
    if (first === second) continue;
    set[first] = second;
    neighbours[row].push(rows + column);
    neighbours[rows + column].push(row);
  }
  return neighbours;
}
