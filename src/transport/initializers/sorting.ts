import { InputError } from "../../errors.ts";
import type { HostInitializer } from "./initializer.ts";

/**
 * For points on a line: a dual optimum of the unregularised problem, which has a closed form there. Along the staircase
 * of the monotone plan `f_i + g_j = C_ij` holds cell after cell, and because the cost is a convex function of x - y these
 * potentials are feasible. `epsilon log b` is added, as Sinkhorn's g contains it. Throws InputError where the points are
 * not one-dimensional.
 */
export const sorting: HostInitializer = {
  name: "sorting",
  hostPotential({ geometry, a, b, epsilon }) {
    const { coordinates } = geometry;
    if (coordinates?.x.shape[1] !== 1) {
      const got = coordinates ? `dimension ${coordinates.x.shape[1]}` : "a cost matrix without points";
      throw new InputError(`sorting initialiser: expected points on a line, got ${got}`);
    }
    if (coordinates.cost === "cosine") {
      throw new InputError("sorting initialiser: expected a convex function of x - y, got cost cosine");
    }
    const costOf = POINT_COST[coordinates.cost];
    const rows = ascending(coordinates.x.data);
    const columns = ascending(coordinates.y.data);
    const cost = (row: number, column: number): number =>
      costOf(coordinates.x.data[rows[row]] - coordinates.y.data[columns[column]]);

    const g = new Float64Array(b.length);
    let row = 0;
    let column = 0;
    let f = 0;
    let leftA = a[rows[0]];
    let leftB = b[columns[0]];
    g[columns[0]] = cost(0, 0);
    while (column < b.length - 1) {
      if (row < a.length - 1 && leftA <= leftB) {
        leftB -= leftA;
        row++;
        leftA = a[rows[row]];
        f = cost(row, column) - g[columns[column]];
      } else {
        leftA -= leftB;
        column++;
        leftB = b[columns[column]];
        g[columns[column]] = cost(row, column) - f;
      }
    }
    return g.map((value, index) => value + epsilon * Math.log(b[index]));
  },
};

const POINT_COST = {
  "squared-euclidean": (difference: number) => difference * difference,
  euclidean: Math.abs,
  manhattan: Math.abs,
} as const;

function ascending(values: Float64Array): Int32Array {
  return Int32Array.from(values.keys()).sort((first, second) => values[first] - values[second]);
}
