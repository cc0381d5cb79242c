import { InputError } from "../errors.ts";
import { ndarray, toFloat64, type NdArray } from "../tensor/ndarray.ts";
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

const POINT_COSTS: Readonly<Record<PointCost, PointCostRule>> = {
  "squared-euclidean": { term: (difference) => difference * difference, finish: (sum) => sum },
  euclidean: { term: (difference) => difference * difference, finish: Math.sqrt },
  manhattan: { term: Math.abs, finish: (sum) => sum },
};

/**
 * The cost matrix between points x [n, d] and y [m, d], in squared units of the coordinates for `squared-euclidean`, in
 * plain ones else. Throws InputError for coordinates that are not finite or of different dimension.
 */
export function pointCloud(x: NdArray, y: NdArray, options: PointCloudOptions = {}): DenseGeometry {
  const { cost = "squared-euclidean" } = options;
  const rule = POINT_COSTS[cost];
  if (!rule) {
    throw new InputError(`point cloud: expected cost ${Object.keys(POINT_COSTS).join(", ")}, got ${String(cost)}`);
  }
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
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let axis = 0; axis < dimension; axis++) {
        sum += rule.term(first.data[i * dimension + axis] - second.data[j * dimension + axis]);
      }
      entries[i * m + j] = rule.finish(sum);
    }
  }
  return denseFromChecked(ndarray(entries, [n, m]), { x: first, y: second, cost });
}

function checkedPoints(points: NdArray, name: string): NdArray<Float64Array> {
  if (points.shape.length !== 2 || points.data.length === 0) {
    throw new InputError(`point cloud: expected ${name} as [points, dimension], got [${points.shape.join(", ")}]`);
  }
  const bad = points.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(
      `point cloud: expected finite coordinates, got ${points.data[bad]} in row ${Math.floor(bad / points.shape[1])} of ${name}`,
    );
  }
  return toFloat64(points);
}
