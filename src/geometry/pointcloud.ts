import * as tf from "@tensorflow/tfjs-core";
import { InputError, OptionError } from "../errors.ts";
import { rowsOf } from "../tensor/ndarray.ts";
import { cloudGeometry, pointCostMatrix, type CloudGeometry } from "./cloud.ts";
import { denseFromChecked, denseGeometry, type DenseGeometry } from "./dense.ts";
import type { Coordinates, Geometry, PointCost } from "./geometry.ts";
import { POINT_COSTS } from "./point-cost.ts";
import { checkedPoints, costBound, type Points } from "./points.ts";
import { variableGeometry } from "./variable-geometry.ts";
import { numbersOf } from "./variables.ts";

/** The cost of two points, given by their coordinates [d]. */
export type CostFunction = (x: Float64Array, y: Float64Array) => number;

export interface PointCloudOptions {
  /** One of the costs by name, or a function of two points, which is called once a pair. @default "squared-euclidean" */
  readonly cost?: PointCost | CostFunction;
  /**
   * Keep the points alone, and form costs whenever they are applied? `"auto"` does so from 2^26 pairs on (8192 x 8192 points), whose
   * matrix takes 512 MiB. A cost function always has a matrix.
   * @default "auto"
   */
  readonly lazy?: boolean | "auto";
}

/** Pairs from which on `auto` keeps no matrix. */
const LAZY_PAIRS = 2 ** 26;

/**
 * The cost between points x [n, d] and y [m, d], in squared units of the coordinates for `squared-euclidean`, in plain ones for
 * `euclidean` and `manhattan`; `cosine` is 1 - cos, from 0 to 2. With a cost function only its matrix is kept: then the points are no
 * variables of the cost. Points that are float64 already are not copied. Tensors are followed by the tape: what is computed over the cloud
 * has a gradient in their coordinates, which are float32 there. Throws InputError for coordinates that are not finite, of different
 * dimension, or so far or near that a square leaves the range of float64, and for a function whose values are no costs.
 */
export function pointCloud(x: Points, y: Points, options: PointCloudOptions & { readonly lazy: false }): DenseGeometry;
export function pointCloud(x: Points, y: Points, options?: PointCloudOptions): DenseGeometry | CloudGeometry;
export function pointCloud(x: Points | tf.Tensor2D, y: Points | tf.Tensor2D, options?: PointCloudOptions): Geometry;
export function pointCloud(
  x: Points | tf.Tensor2D,
  y: Points | tf.Tensor2D,
  options: PointCloudOptions = {},
): Geometry {
  const { cost = "squared-euclidean", lazy = "auto" } = options;
  if (!([true, false, "auto"] as const).includes(lazy)) {
    throw new OptionError("lazy", `expected true, false or auto, got ${String(lazy)}`);
  }
  if (x instanceof tf.Tensor || y instanceof tf.Tensor) return ofTensors(x, y, options);
  const points = checkedPoints(x, y);
  if (typeof cost === "function") {
    if (lazy === true) throw new OptionError("lazy", "a cost function has a matrix; leave it out, or name a cost");
    return ofFunction(cost, points);
  }
  if (!Object.hasOwn(POINT_COSTS, cost)) {
    const names = Object.keys(POINT_COSTS).join(", ");
    throw new OptionError("cost", `expected one of ${names} or a function of two points, got ${String(cost)}`);
  }
  const coordinates = { ...points, cost };
  const pairs = points.x.shape[0] * points.y.shape[0];
  if (lazy === true || (lazy === "auto" && pairs >= LAZY_PAIRS)) return cloudGeometry(coordinates);
  costBound(coordinates); // which checks their range
  return denseFromChecked(pointCostMatrix(coordinates), coordinates);
}

/** A cloud whose points the tape follows; one side may be constant. */
function ofTensors(x: Points | tf.Tensor2D, y: Points | tf.Tensor2D, options: PointCloudOptions): Geometry {
  const { cost = "squared-euclidean" } = options;
  if (typeof cost === "function") {
    throw new OptionError(
      "cost",
      "expected a cost by name for points that are tensors; give denseGeometry a matrix of your own",
    );
  }
  const [first, second] = [x, y].map((points, side) => {
    if (points instanceof tf.Tensor) return points as tf.Tensor2D;
    const { data, shape } = checkedPoints(points, points)[side === 0 ? "x" : "y"];
    return tf.tensor2d(Float32Array.from(data), shape as [number, number]);
  });
  for (const [name, { shape }] of [
    ["x", first],
    ["y", second],
  ] as const) {
    if (shape.length !== 2) {
      throw new InputError(`point cloud: expected ${name} as [points, dimension], got [${shape.join(", ")}]`);
    }
  }
  const host = () => {
    const read = numbersOf(first);
    return pointCloud(read, second === first ? read : numbersOf(second), options);
  };
  return variableGeometry([first.shape[0], second.shape[0]], { points: { x: first, y: second, cost } }, host);
}

function ofFunction(cost: CostFunction, { x, y }: Pick<Coordinates, "x" | "y">): DenseGeometry {
  const [first, second] = [x, y].map(({ data, shape }) => rowsOf(data, shape[1]));
  const entries = new Float64Array(first.length * second.length);
  first.forEach((row, i) => second.forEach((other, j) => (entries[i * second.length + j] = cost(row, other))));
  return denseGeometry(entries, [first.length, second.length]);
}
