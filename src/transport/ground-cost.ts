import { InputError } from "../errors.ts";
import type { Geometry } from "../geometry/geometry.ts";
import { arrayOf, type ArrayInput } from "../tensor/inputs.ts";
import type { NdArray } from "../tensor/ndarray.ts";

/** A cost matrix [n, m] of numbers of any type, with its shape or as rows, or a geometry, whose matrix is then made. */
export type GroundCost = ArrayInput | Geometry;

/** A cost matrix that has been checked. */
export interface CheckedCost {
  /** [n, m], row-major. */
  readonly data: Float64Array;
  readonly shape: readonly [n: number, m: number];
  /** The largest absolute value. */
  readonly largest: number;
}

/** Sums of costs along a path of potentials stay below the largest float64. */
const MOST_COST = 1e300;

/** Throws InputError where costs of points may be beyond what solvers take. */
export function checkLargest(largest: number): void {
  if (largest <= MOST_COST) return;
  throw new InputError(
    `ground cost: expected costs of at most ${MOST_COST}, got points of ${largest}; scale coordinates`,
  );
}

/** The matrix in float64; no copy if it is. Throws InputError unless it is a matrix of finite entries of at most 1e300 in size. */
export function checkCost(cost: GroundCost): CheckedCost {
  const { data, shape } = matrixOf(isGeometry(cost) ? cost.costMatrix() : cost, "ground cost");
  let largest = 0;
  for (let k = 0; k < data.length; k++) {
    const size = Math.abs(data[k]);
    if (size <= largest) continue;
    if (size <= MOST_COST) {
      largest = size;
      continue;
    }
    const at = `[${Math.floor(k / shape[1])}, ${k % shape[1]}]`;
    throw new InputError(
      `ground cost: expected finite entries of at most ${MOST_COST} in size, got ${data[k]} at ${at}`,
    );
  }
  return { data, shape, largest };
}

/** A matrix with entries in float64; no copy if it is. Throws InputError. */
export function matrixOf(
  given: ArrayInput,
  name: string,
): NdArray<Float64Array> & { readonly shape: readonly [number, number] } {
  const { data, shape } = arrayOf(given, 2, name);
  return { data, shape: [shape[0], shape[1]] };
}

export function isGeometry(cost: GroundCost): cost is Geometry {
  return typeof cost === "object" && cost !== null && "costMatrix" in cost;
}
