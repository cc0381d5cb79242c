import { cloudCosts, matrixCosts, type ArcCosts } from "./arc-costs.ts";
import type { EmdResult } from "./emd-result.ts";
import type { EmdProblem } from "./engine.ts";
import { greedyTree } from "./greedy-tree.ts";
import { balance, integerHistogram } from "./masses.ts";
import { NetworkSimplex } from "./network-simplex.ts";
import { tightTree } from "./tight-arcs.ts";

/** Exact transport in plain TypeScript. */
export function hostEmd({ a, b, cost, start, maxPivots }: EmdProblem): EmdResult {
  const left = integerHistogram(a);
  const right = integerHistogram(b);
  const masses = balance(left, right);
  const [rows, columns] = [left.bins, right.bins];
  const costs =
    cost instanceof Float64Array
      ? matrixCosts(gatherCost(cost, b.length, rows, columns), rows.length, columns.length)
      : cloudCosts(cost, rows, columns);
  const problem = { costs, supply: masses.left, demand: masses.right };
  const tree = start
    ? tightTree(
        problem,
        Float64Array.from(columns, (column) => start[column]),
      )
    : greedyTree(problem);
  const simplex = new NetworkSimplex(problem, tree);
  const status = simplex.solve(maxPivots) ? "converged" : "max-iterations";

  const entries: { row: number; column: number; mass: number }[] = [];
  simplex.arcs((row, column, flow) => {
    if (flow > 0) entries.push({ row: rows[row], column: columns[column], mass: masses.massOf(flow) });
  });
  entries.sort((first, second) => first.row - second.row || first.column - second.column);
  const plan = {
    rows: Int32Array.from(entries, ({ row }) => row),
    columns: Int32Array.from(entries, ({ column }) => column),
    masses: Float64Array.from(entries, ({ mass }) => mass),
  };
  const [n, m] = [Int32Array.from(a.keys()), Int32Array.from(b.keys())];
  const whole = cost instanceof Float64Array ? matrixCosts(cost, a.length, b.length) : cloudCosts(cost, n, m);
  const potentials = transformed(simplex.potentials, whole, rows, columns);
  return { value: masses.massOf(simplex.value()), plan, ...potentials, pivots: simplex.pivots, status };
}

/** The entries (rows[i], columns[j]) of a matrix with so many columns. */
export function gatherCost(cost: Float64Array, width: number, rows: Int32Array, columns: Int32Array): Float64Array {
  const block = new Float64Array(rows.length * columns.length);
  let entry = 0;
  for (const row of rows) {
    for (const column of columns) block[entry++] = cost[row * width + column];
  }
  return block;
}

/** Potentials for all bins: the largest that are feasible with those of the other side. `solved` has those of bins with mass. */
function transformed(
  solved: Float64Array,
  costs: ArcCosts,
  rows: Int32Array,
  columns: Int32Array,
): { f: Float64Array; g: Float64Array } {
  const { entries } = costs;
  const g = new Float64Array(costs.columns).fill(Infinity);
  rows.forEach((row, i) => {
    const begin = costs.load(row);
    for (let column = 0; column < g.length; column++)
      g[column] = Math.min(g[column], entries[begin + column] - solved[i]);
  });
  columns.forEach((column, j) => (g[column] = solved[rows.length + j]));
  const f = new Float64Array(costs.rows).fill(Infinity);
  for (let row = 0; row < f.length; row++) {
    const begin = costs.load(row);
    for (let column = 0; column < g.length; column++) f[row] = Math.min(f[row], entries[begin + column] - g[column]);
  }
  return { f, g };
}
