import { InputError } from "../../errors.ts";
import type { Geometry } from "../../geometry/geometry.ts";
import { isNdArray, toFloat64, type NdArray } from "../../tensor/ndarray.ts";

/** A cost matrix [n, m], or a geometry, whose matrix is then made. */
export type GroundCost = NdArray | Geometry;

export interface ExactOptions {
  /**
   * Pivots after which a problem is given up as `max-iterations`. Thousands of times more than problems need.
   * @default 1e8
   */
  readonly maxPivots?: number;
}

const DEFAULT_MAX_PIVOTS = 1e8;

/** Sums of potentials along a path stay far from overflow. */
const MOST_COST = 1e300;

export function checkMaxPivots({ maxPivots = DEFAULT_MAX_PIVOTS }: ExactOptions): number {
  if (!(Number.isInteger(maxPivots) && maxPivots >= 0)) {
    throw new InputError(`maxPivots: expected an integer >= 0, got ${maxPivots}`);
  }
  return maxPivots;
}

/** The matrix in float64. Throws InputError unless it is a matrix of finite entries. */
export function checkCost(cost: GroundCost): {
  readonly data: Float64Array;
  readonly shape: readonly [number, number];
} {
  const { data, shape } = toFloat64(isNdArray(cost) ? cost : cost.costMatrix());
  if (shape.length !== 2 || data.length === 0) {
    throw new InputError(`ground cost: expected a matrix [n, m] with entries, got shape [${shape.join(", ")}]`);
  }
  for (let k = 0; k < data.length; k++) {
    if (Math.abs(data[k]) <= MOST_COST) continue;
    const at = `[${Math.floor(k / shape[1])}, ${k % shape[1]}]`;
    throw new InputError(`ground cost: expected finite entries, got ${data[k]} at ${at}`);
  }
  return { data, shape: [shape[0], shape[1]] };
}
