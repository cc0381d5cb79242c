import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../errors.ts";
import { arrayOf, type ArrayInput } from "../tensor/inputs.ts";
import { float64Of, ndarray, type NdArray, type Numbers } from "../tensor/ndarray.ts";
import { denseHostKernel } from "./dense-host.ts";
import { denseTensorKernel } from "./dense-tensor.ts";
import type { Coordinates, DenseGeometry, Geometry } from "./geometry.ts";
import { isSymmetric } from "./symmetry.ts";
import { variableGeometry } from "./variable-geometry.ts";
import { numbersOf } from "./variables.ts";

export type { DenseGeometry };

/**
 * A ground cost given as a matrix C [n, m]: an NdArray, rows of numbers, or its numbers, row by row, with their shape. A float64 matrix is
 * not copied: leave it unchanged while the geometry is in use. Entries may be negative. A tensor [n, m] is followed by the tape: what is
 * computed over the geometry has a gradient in its entries. Throws InputError unless it is a matrix of finite entries.
 */
export function denseGeometry(cost: ArrayInput | Numbers, shape?: readonly [n: number, m: number]): DenseGeometry;
export function denseGeometry(cost: tf.Tensor2D): Geometry;
export function denseGeometry(
  cost: ArrayInput | Numbers | tf.Tensor2D,
  shape?: readonly [n: number, m: number],
): Geometry {
  if (cost instanceof tf.Tensor) {
    if (cost.rank !== 2) {
      throw new InputError(`ground cost: expected a matrix [n, m], got a tensor of shape [${cost.shape.join(", ")}]`);
    }
    return variableGeometry(cost.shape, { cost }, () => denseGeometry(numbersOf(cost)));
  }
  const given = arrayOf(
    shape ? ndarray(float64Of(cost as Numbers, "ground cost"), shape) : (cost as ArrayInput),
    2,
    "ground cost",
  );
  const bad = given.data.findIndex((entry) => !Number.isFinite(entry));
  if (bad >= 0) {
    const at = `[${Math.floor(bad / given.shape[1])}, ${bad % given.shape[1]}]`;
    throw new InputError(`ground cost: expected finite entries, got ${given.data[bad]} at ${at}`);
  }
  return denseFromChecked(given, undefined);
}

/** The geometry of a matrix that is known to be finite. */
export function denseFromChecked(cost: NdArray<Float64Array>, coordinates: Coordinates | undefined): DenseGeometry {
  const [n, m] = cost.shape as readonly [number, number];
  const geometry: DenseGeometry = {
    kind: "dense",
    shape: [n, m],
    symmetric: n === m && isSymmetric(cost.data, n),
    ...extremesOf(cost.data),
    coordinates,
    cost,
    costMatrix: () => ndarray(cost.data.slice(), cost.shape),
    hostKernel: (epsilon) => denseHostKernel(geometry, epsilon),
    kernel: (epsilon) => denseTensorKernel(geometry, epsilon),
  };
  return geometry;
}

/** A plain loop: `reduce` of typed arrays takes several times as long. */
function extremesOf(cost: Float64Array): Pick<DenseGeometry, "minCost" | "maxCost"> {
  let minCost = Infinity;
  let maxCost = -Infinity;
  for (let at = 0; at < cost.length; at++) {
    if (cost[at] < minCost) minCost = cost[at];
    if (cost[at] > maxCost) maxCost = cost[at];
  }
  return { minCost, maxCost };
}
