import type { EmdResult } from "./emd-result.ts";
import type { EmdProblem } from "./engine.ts";
import { greedyTree } from "./greedy-tree.ts";
import { balance, integerHistogram, type IntegerHistogram } from "./masses.ts";
import { NetworkSimplex } from "./network-simplex.ts";

/** Exact transport in plain TypeScript. */
export function hostEmd({ a, b, cost, maxPivots }: EmdProblem): EmdResult {
  const left = integerHistogram(a);
  const right = integerHistogram(b);
  const masses = balance(left, right);
  const problem = {
    rows: left.bins.length,
    columns: right.bins.length,
    cost: gatherCost(cost, b.length, left.bins, right.bins),
    supply: masses.left,
    demand: masses.right,
  };
  const simplex = new NetworkSimplex(problem, greedyTree(problem));
  const status = simplex.solve(maxPivots) ? "converged" : "max-iterations";

  const entries: { row: number; column: number; mass: number }[] = [];
  simplex.arcs((row, column, flow) => {
    if (flow > 0) entries.push({ row: left.bins[row], column: right.bins[column], mass: masses.massOf(flow) });
  });
  entries.sort((first, second) => first.row - second.row || first.column - second.column);
  const plan = {
    rows: Int32Array.from(entries, ({ row }) => row),
    columns: Int32Array.from(entries, ({ column }) => column),
    masses: Float64Array.from(entries, ({ mass }) => mass),
  };
  const potentials = transformed(simplex.potentials, cost, [a.length, b.length], left, right);
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

/** Potentials for all bins: the largest that are feasible with those of the other side. */
function transformed(
  potentials: Float64Array,
  cost: Float64Array,
  [n, m]: readonly [number, number],
  left: IntegerHistogram,
  right: IntegerHistogram,
): { f: Float64Array; g: Float64Array } {
  const g = new Float64Array(m).fill(Infinity);
  left.bins.forEach((row, i) => {
    for (let column = 0; column < m; column++) g[column] = Math.min(g[column], cost[row * m + column] - potentials[i]);
  });
  right.bins.forEach((column, j) => (g[column] = potentials[left.bins.length + j]));
  const f = new Float64Array(n).fill(Infinity);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < m; column++) f[row] = Math.min(f[row], cost[row * m + column] - g[column]);
  }
  return { f, g };
}
