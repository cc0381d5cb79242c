import { InputError, OptionError } from "../errors.ts";
import { float64Of, ndarray, type NdArray } from "../tensor/ndarray.ts";
import { SMALLEST_NORMAL } from "./checks.ts";
import { denseFromChecked, type DenseGeometry } from "./dense.ts";
import type { PointCost } from "./geometry.ts";

export interface PointCloudOptions {
  /** @default "squared-euclidean" */
  readonly cost?: PointCost;
}

interface PointCostRule {
  /** What one coordinate difference adds. */
  readonly term: (difference: number) => number;
  readonly finish: (sum: number) => number;
}

const square = (difference: number): number => difference * difference;
const POINT_COSTS: Readonly<Record<PointCost, PointCostRule>> = {
  "squared-euclidean": { term: square, finish: (sum) => sum },
  euclidean: { term: square, finish: Math.sqrt },
  manhattan: { term: Math.abs, finish: (sum) => sum },
};

/**
 * The cost matrix between points x [n, d] and y [m, d], in squared units of the coordinates for `squared-euclidean`, in
 * plain ones else. Throws InputError for coordinates that are not finite, of different dimension, or so far or near that a
 * square leaves the range of float64.
 */
export function pointCloud(x: NdArray, y: NdArray, options: PointCloudOptions = {}): DenseGeometry {
  const { cost = "squared-euclidean" } = options;
  if (!Object.hasOwn(POINT_COSTS, cost)) {
    throw new OptionError("cost", `expected one of ${Object.keys(POINT_COSTS).join(", ")}, got ${String(cost)}`);
  }
  const rule = POINT_COSTS[cost];
  const first = checkedPoints(x, "x");
  const second = checkedPoints(y, "y");
  const dimension = first.shape[1];
  if (second.shape[1] !== dimension) {
    throw new InputError(
      `point cloud: x has points of dimension ${dimension}, y of ${second.shape[1]}; make them equal`,
    );
  }
  const n = first.shape[0];
  const m = second.shape[0];
  const entries = new Float64Array(n * m);
  let largest = 0;
  let farthest = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      let apart = 0;
      for (let axis = 0; axis < dimension; axis++) {
        const difference = first.data[i * dimension + axis] - second.data[j * dimension + axis];
        apart += Math.abs(difference);
        sum += rule.term(difference);
      }
      entries[i * m + j] = rule.finish(sum);
      if (!(sum <= largest)) largest = sum;
      if (apart > farthest) farthest = apart;
    }
  }
  if (!(largest < Infinity) || (largest < SMALLEST_NORMAL && farthest > 0)) {
    throw new InputError(
      `point cloud: the ${cost} cost of points ${farthest} apart leaves the range of float64; scale the coordinates`,
    );
  }
  return denseFromChecked(ndarray(entries, [n, m]), { x: first, y: second, cost });
}

function checkedPoints(points: NdArray, name: string): NdArray<Float64Array> {
  if (points.shape.length !== 2 || points.data.length === 0) {
    throw new InputError(`point cloud: expected ${name} as [points, dimension], got [${points.shape.join(", ")}]`);
  }
  const data = float64Of(points.data, `point cloud: ${name}`);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(
      `point cloud: expected finite coordinates, got ${data[bad]} in row ${Math.floor(bad / points.shape[1])} of ${name}`,
    );
  }
  return ndarray(data, points.shape);
}
