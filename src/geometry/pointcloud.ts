import { OptionError } from "../errors.ts";
import { ndarray, rowsOf } from "../tensor/ndarray.ts";
import { denseFromChecked, denseGeometry, type DenseGeometry } from "./dense.ts";
import type { Coordinates, PointCost } from "./geometry.ts";
import { POINT_COSTS } from "./point-cost.ts";
import { checkedPoints, largestCost, type Points } from "./points.ts";

/** The cost of two points, given by their coordinates [d]. */
export type CostFunction = (x: Float64Array, y: Float64Array) => number;

export interface PointCloudOptions {
  /** One of the costs by name, or a function of two points, which is called once a pair. @default "squared-euclidean" */
  readonly cost?: PointCost | CostFunction;
}

/**
 * The cost between points x [n, d] and y [m, d], in squared units of the coordinates for `squared-euclidean`, in plain ones for
 * `euclidean` and `manhattan`; `cosine` is 1 - cos, from 0 to 2. With a cost function only its matrix is kept: then the points are no
 * variables of the cost. Throws InputError for coordinates that are not finite, of different dimension, or so far or near that a
 * square leaves the range of float64, and for a function whose values are no costs.
 */
export function pointCloud(x: Points, y: Points, options: PointCloudOptions = {}): DenseGeometry {
  const { cost = "squared-euclidean" } = options;
  const points = checkedPoints(x, y);
  if (typeof cost === "function") return ofFunction(cost, points);
  if (!Object.hasOwn(POINT_COSTS, cost)) {
    const names = Object.keys(POINT_COSTS).join(", ");
    throw new OptionError("cost", `expected one of ${names} or a function of two points, got ${String(cost)}`);
  }
  const coordinates = { ...points, cost };
  largestCost(coordinates);
  return denseFromChecked(pointCostMatrix(coordinates), coordinates);
}

/** C [n, m] */
function pointCostMatrix({ x, y, cost }: Coordinates) {
  const [n, d] = x.shape;
  const [m] = y.shape;
  const rule = POINT_COSTS[cost];
  const entries = new Float64Array(n * m);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) entries[at] = rule.cost(x.data, i * d, y.data, j * d, d);
  }
  return ndarray(entries, [n, m]);
}

function ofFunction(cost: CostFunction, { x, y }: Pick<Coordinates, "x" | "y">): DenseGeometry {
  const [n, m] = [x.shape[0], y.shape[0]];
  const [first, second] = [x, y].map(({ data, shape }) => rowsOf(data, shape[1]));
  const entries = first.flatMap((row) => second.map((other) => cost(row, other)));
  return denseGeometry(entries, [n, m]);
}
