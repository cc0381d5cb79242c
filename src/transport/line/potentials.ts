import { staircase, type SortedPair, type Staircase } from "./staircase.ts";

export interface LinePotentials {
  /** [n] and [m], in the order of the sorted points. */
  readonly f: Float64Array;
  readonly g: Float64Array;
}

/**
 * A dual optimum of transport on a line for a convex cost of x - y: along a staircase `f_i + g_j = C_ij` holds cell after cell, and
 * potentials made so are feasible. Where the plan leaves them free, each corner gives an extreme one; this is the mean of those of the
 * two extreme paths, well inside the set of optima.
 */
export function linePotentials(pair: SortedPair, costOf: (difference: number) => number): LinePotentials {
  const [first, second] = [true, false].map((rowFirst) => {
    const path = staircase(pair, rowFirst);
    const costs = Float64Array.from(path.rows, (row, step) => costOf(pair.x[row] - pair.y[path.columns[step]]));
    return alongPath(path, costs, pair.x.length, pair.y.length);
  });
  return {
    f: first.f.map((value, at) => (value + second.f[at]) / 2),
    g: first.g.map((value, at) => (value + second.g[at]) / 2),
  };
}

/** Potentials with f_i + g_j = cost in every cell of a path, and f_0 = 0. */
export function alongPath({ rows, columns }: Staircase, costs: Float64Array, n: number, m: number): LinePotentials {
  const [f, g] = [new Float64Array(n), new Float64Array(m)];
  g[0] = costs[0];
  for (let step = 1; step < costs.length; step++) {
    const [row, column] = [rows[step], columns[step]];
    if (row !== rows[step - 1]) f[row] = costs[step] - g[column];
    else g[column] = costs[step] - f[row];
  }
  return { f, g };
}

/** The adjoint of `alongPath`: what slopes in f and g are in the costs of the cells. Overwrites both. */
export function alongPathAdjoint({ rows, columns }: Staircase, f: Float64Array, g: Float64Array): Float64Array {
  const costs = new Float64Array(rows.length);
  for (let step = rows.length - 1; step > 0; step--) {
    const [row, column] = [rows[step], columns[step]];
    if (row !== rows[step - 1]) {
      costs[step] = f[row];
      g[column] -= f[row];
    } else {
      costs[step] = g[column];
      f[row] -= g[column];
    }
  }
  costs[0] = g[0];
  return costs;
}
