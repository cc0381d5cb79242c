import { InputError } from "../../errors.ts";
import type { PointCost } from "../../geometry/geometry.ts";
import { totalOf } from "../histograms.ts";
import { ascendingOrder } from "../line/order.ts";
import { linePotentials } from "../line/potentials.ts";
import { upTo } from "../line/staircase.ts";
import type { HostInitializer } from "./initializer.ts";

/**
 * For points on a line: a dual optimum of the unregularised problem, which has a closed form there, from the middle of the set of
 * optima (see `linePotentials`). `epsilon log b` is added, as Sinkhorn's g contains it. Throws InputError where the points are not
 * one-dimensional.
 */
export const sorting: HostInitializer = {
  name: "sorting",
  hostPotential({ geometry, a, b, epsilon }) {
    const { coordinates } = geometry;
    if (coordinates?.x.shape[1] !== 1) {
      const got = coordinates ? `dimension ${coordinates.x.shape[1]}` : "a cost matrix without points";
      throw new InputError(`sorting initialiser: expected points on a line, got ${got}`);
    }
    const costOf = CONVEX_COST[coordinates.cost];
    if (!costOf) {
      throw new InputError(`sorting initialiser: expected a convex function of x - y, got cost ${coordinates.cost}`);
    }
    const [x, y] = [coordinates.x.data, coordinates.y.data];
    const [rows, columns] = [ascendingOrder(x), ascendingOrder(y)];
    const total = totalOf(a);
    const sorted = {
      x: Float64Array.from(rows, (row) => x[row]),
      y: Float64Array.from(columns, (column) => y[column]),
      upToX: upTo(a, rows, total),
      upToY: upTo(b, columns, total),
    };
    const { g } = linePotentials(sorted, costOf);
    const start = new Float64Array(b.length);
    columns.forEach((column, at) => (start[column] = g[at] + epsilon * Math.log(b[column])));
    return start;
  },
};

/** Of x - y. */
const CONVEX_COST: Readonly<Partial<Record<PointCost, (difference: number) => number>>> = {
  "squared-euclidean": (difference) => difference * difference,
  euclidean: Math.abs,
  manhattan: Math.abs,
};
