import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../errors.ts";
import { denseGeometry } from "../../geometry/dense.ts";
import type { Geometry } from "../../geometry/geometry.ts";
import { checkedPoints, type Points } from "../../geometry/points.ts";
import { pointCloud, type CostFunction, type PointCloudOptions } from "../../geometry/pointcloud.ts";
import { POINT_COSTS } from "../../geometry/point-cost.ts";
import { readArray, type ArrayInput } from "../../tensor/inputs.ts";
import { describe, isNdArray, ndarray, rowsOf, type NdArray, type Numbers } from "../../tensor/ndarray.ts";
import { checkMasses, checkTotals } from "../histograms.ts";
import type { Rho } from "../sinkhorn/rho.ts";
import { checkRho } from "../sinkhorn/rho.ts";

/** Masses [n] as a caller has them; undefined: equal ones. */
export type MassInput = Numbers | NdArray | tf.Tensor | undefined;

/** Points x [n, d] and y [m, d] and what moving one to the other costs. */
export interface PointPair extends PointCloudOptions {
  readonly x: Points | tf.Tensor;
  readonly y: Points | tf.Tensor;
}

/** A ground cost as a caller has it: a matrix [n, m] in any form (numbers row by row where a and b are given), points, or a geometry. */
export type CostInput = Geometry | ArrayInput | Numbers | tf.Tensor | PointPair;

/** The points of a problem, where it has some. */
export interface ProblemPoints {
  readonly x: NdArray<Float64Array>;
  readonly y: NdArray<Float64Array>;
  /** The cost of any point [d], at its place in an array, and the j-th of y. */
  costOf(points: Float64Array, start: number, j: number): number;
}

/** A problem in float64 that has been checked. */
export interface SolveProblem {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly geometry: Geometry;
  readonly points: ProblemPoints | undefined;
}

/** Throws InputError, in a line that names what came. */
export async function readProblem(a: MassInput, b: MassInput, cost: CostInput, rho?: Rho): Promise<SolveProblem> {
  const [massesA, massesB] = [await readMasses(a, "masses a"), await readMasses(b, "masses b")];
  const { geometry, points } = await readCost(cost, massesA?.length, massesB?.length);
  const [n, m] = geometry.shape;
  const totalA = massesA && checkMasses(massesA, n, "a");
  const totalB = massesB && checkMasses(massesB, m, "b");
  const isBalanced = checkRho(rho) === undefined;
  if (isBalanced && totalA !== undefined && totalB !== undefined) checkTotals(totalA, totalB);
  const equal = (count: number, total = 1): Float64Array => new Float64Array(count).fill(total / count);
  return { a: massesA ?? equal(n, totalB), b: massesB ?? equal(m, totalA), geometry, points };
}

async function readMasses(masses: MassInput, name: string): Promise<Float64Array | undefined> {
  return masses === undefined ? undefined : (await readArray(masses, 1, name)).data;
}

async function readCost(
  cost: CostInput,
  n: number | undefined,
  m: number | undefined,
): Promise<Pick<SolveProblem, "geometry" | "points">> {
  if (isObject(cost) && "costMatrix" in cost) return ofGeometry(cost as Geometry);
  if (isObject(cost) && "x" in cost && "y" in cost) return ofPoints(cost as PointPair);
  if (isFlat(cost)) {
    if (n === undefined || m === undefined) {
      throw new InputError(
        `ground cost: got ${cost.length} numbers without a shape; give rows of numbers, { shape, data }, or both a and b`,
      );
    }
    return { geometry: denseGeometry(cost, [n, m]), points: undefined };
  }
  if (!(cost instanceof tf.Tensor || isNdArray(cost) || Array.isArray(cost))) {
    throw new InputError(
      `ground cost: expected a matrix [n, m], a tensor, a geometry, or points { x, y, cost }, got ${describe(cost)}`,
    );
  }
  return { geometry: denseGeometry(await readArray(cost as ArrayInput, 2, "ground cost")), points: undefined };
}

function ofGeometry(geometry: Geometry): Pick<SolveProblem, "geometry" | "points"> {
  const { coordinates } = geometry;
  if (!coordinates) return { geometry, points: undefined };
  const { x, y } = coordinates;
  const rule = POINT_COSTS[coordinates.cost];
  const d = x.shape[1];
  return {
    geometry,
    points: { x, y, costOf: (points, start, j) => rule.cost(points, start, y.data, j * d, d) },
  };
}

async function ofPoints({ x, y, ...options }: PointPair): Promise<Pick<SolveProblem, "geometry" | "points">> {
  const [first, second] = [await readPoints(x, "points x"), await readPoints(y, "points y")];
  const geometry = pointCloud(first, second, options);
  if (typeof options.cost !== "function") return ofGeometry(geometry);
  const cost: CostFunction = options.cost;
  const points = checkedPoints(first, second);
  const rows = rowsOf(points.y.data, points.y.shape[1]);
  const d = points.x.shape[1];
  return {
    geometry,
    points: { ...points, costOf: (from, start, j) => cost(from.subarray(start, start + d), rows[j]) },
  };
}

/** Points as `pointCloud` takes them, tensors read. */
export async function readPoints(points: Points | tf.Tensor, name: string): Promise<Points> {
  if (!(points instanceof tf.Tensor)) return points;
  const { data, shape } = await readArray(points, 2, name);
  return ndarray(data, shape);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isFlat(cost: CostInput): cost is Numbers {
  return (ArrayBuffer.isView(cost) && !isNdArray(cost)) || (Array.isArray(cost) && typeof cost[0] === "number");
}
