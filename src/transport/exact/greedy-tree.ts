import type { TransportProblem } from "./problem.ts";
import { SpanningTree } from "./spanning-tree.ts";

/**
 * A first basis. Each row in turn sends what it can along its cheapest arc to a column that is not full, round after round.
 * A send finishes one node, and the arc of that send leads to its parent: so the sends make a tree.
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
  const full = new Uint8Array(columns);
  const finished: number[] = [];
  for (let open = Array.from({ length: rows }, (_, row) => row); open.length > 0;) {
    const stillOpen: number[] = [];
    for (const row of open) {
      const column = cheapest(cost, row, columns, full);
      const to = rows + column;
      const finishesRow = left[row] !== left[to] ? left[row] < left[to] : small[row] <= small[to];
      const [node, parent] = finishesRow ? [row, to] : [to, row];
      tree.parent[node] = parent;
      tree.flow[node] = left[node];
      tree.cost[node] = cost[row * columns + column];
      finished.push(node);
      left[parent] -= left[node];
      small[parent] -= small[node];
      if (finishesRow) continue;
      full[column] = 1;
      stillOpen.push(row);
    }
    open = stillOpen;
  }
  // parents first: from the root along the stem that turns round, then backwards in the order in which nodes were finished
  const stem: number[] = [];
  for (let node = rows + rootColumn; node >= 0; node = tree.parent[node]) stem.push(node);
  tree.rootAt(rows + rootColumn);
  const onStem = new Set(stem);
  tree.thread([...stem, ...finished.toReversed().filter((node) => !onStem.has(node))]);
  return tree;
}

function cheapest(cost: Float64Array, row: number, columns: number, full: Uint8Array): number {
  let best = -1;
  for (let column = 0; column < columns; column++) {
    if (full[column] === 0 && (best < 0 || cost[row * columns + column] < cost[row * columns + best])) best = column;
  }
  return best;
}
