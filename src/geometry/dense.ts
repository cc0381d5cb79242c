import { InputError } from "../errors.ts";
import { isNdArray, ndarray, toFloat64, type NdArray } from "../tensor/ndarray.ts";
import { denseHostKernel } from "./dense-host.ts";
import { denseTensorKernel } from "./dense-tensor.ts";
import type { Coordinates, Geometry } from "./geometry.ts";

export interface DenseGeometry extends Geometry {
  readonly kind: "dense";
  /** C [n, m]; not a copy. */
  readonly cost: NdArray<Float64Array>;
}

/**
 * A ground cost given as a matrix C [n, m]: an NdArray, or a Float64Array with its shape. A float64 matrix is not copied:
 * leave it unchanged while the geometry is in use. Throws InputError unless it is a matrix of finite entries >= 0.
 */
export function denseGeometry(cost: NdArray | Float64Array, shape?: readonly [n: number, m: number]): DenseGeometry {
  const given = isNdArray(cost) ? toFloat64(cost) : ndarray(cost, shape ?? [cost.length]);
  if (given.shape.length !== 2 || given.data.length === 0) {
    throw new InputError(`ground cost: expected a matrix [n, m] with entries, got shape [${given.shape.join(", ")}]`);
  }
  const bad = given.data.findIndex((entry) => !(entry >= 0 && entry < Infinity));
  if (bad >= 0) {
    const at = `[${Math.floor(bad / given.shape[1])}, ${bad % given.shape[1]}]`;
    throw new InputError(`ground cost: expected finite entries >= 0, got ${given.data[bad]} at ${at}`);
  }
  return denseFromChecked(given, undefined);
}

/** The geometry of a matrix that is known to be finite and not negative. */
export function denseFromChecked(cost: NdArray<Float64Array>, coordinates: Coordinates | undefined): DenseGeometry {
  const [n, m] = cost.shape as readonly [number, number];
  return {
    kind: "dense",
    shape: [n, m],
    symmetric: n === m && isSymmetric(cost.data, n),
    maxCost: cost.data.reduce((largest, entry) => Math.max(largest, entry), 0),
    coordinates,
    cost,
    costMatrix: () => ndarray(cost.data.slice(), cost.shape),
    hostKernel: (epsilon) => denseHostKernel(cost.data, n, m, epsilon),
    kernel: (epsilon) => denseTensorKernel(cost.data, n, m, epsilon),
  };
}

function isSymmetric(cost: Float64Array, n: number): boolean {
  for (let row = 1; row < n; row++) {
    for (let column = 0; column < row; column++) {
      if (cost[row * n + column] !== cost[column * n + row]) return false;
    }
  }
  return true;
}
