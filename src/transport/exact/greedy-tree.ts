import type { TransportProblem } from "./problem.ts";
import { SpanningTree } from "./spanning-tree.ts";

/**
 * A first basis. The cheapest arc between a row that has mass left and a column that is not full takes as much as it can,
 * over and over. A send finishes one node, and the arc of that send leads to its parent: so the sends make a tree.
 *
 * It is strongly feasible because ties are broken as if each row had one unit of a smaller kind of mass, all of which the
 * root takes.
 */
export function greedyTree({ rows, columns, cost, supply, demand }: TransportProblem): SpanningTree {
  const tree = new SpanningTree(rows + columns);
  const rootColumn = demand.reduce((best, mass, column) => (mass > demand[best] ? column : best), 0);
  const left = Float64Array.of(...supply, ...demand);
  const small = new Float64Array(rows + columns).fill(1, 0, rows);
  small[rows + rootColumn] = rows;

  // Of each row its cheapest column and the cost there. When a column is full, rows that point to it know too little.
  const full = new Uint8Array(columns);
  const cheapest = new Int32Array(rows);
  const least = new Float64Array(rows);
  const look = (row: number) => {
    const entries = cost.subarray(row * columns, (row + 1) * columns);
    least[row] = Infinity;
    for (let column = 0; column < columns; column++) {
      if (full[column] !== 0 || entries[column] >= least[row]) continue;
      least[row] = entries[column];
      cheapest[row] = column;
    }
  };
  for (let row = 0; row < rows; row++) look(row);
  const finished: number[] = [];
  while (finished.length < rows + columns - 1) {
    const row = least.reduce((best, value, index) => (value < least[best] ? index : best), 0);
    const column = rows + cheapest[row];
    if (full[cheapest[row]] !== 0) {
      look(row);
      continue;
    }
    const finishesRow = left[row] !== left[column] ? left[row] < left[column] : small[row] <= small[column];
    const [node, parent] = finishesRow ? [row, column] : [column, row];
    tree.parent[node] = parent;
    tree.flow[node] = left[node];
    tree.cost[node] = least[row];
    finished.push(node);
    left[parent] -= left[node];
    small[parent] -= small[node];
    if (finishesRow) least[row] = Infinity;
    else full[cheapest[row]] = 1;
  }
  // parents first: from the root along the stem that turns round, then backwards in the order in which nodes were finished
  const stem: number[] = [];
  for (let node = rows + rootColumn; node >= 0; node = tree.parent[node]) stem.push(node);
  tree.rootAt(rows + rootColumn);
  const onStem = new Set(stem);
  tree.thread([...stem, ...finished.toReversed().filter((node) => !onStem.has(node))]);
  return tree;
}
