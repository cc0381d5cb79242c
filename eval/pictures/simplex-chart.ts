import { InputError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";

/** A point of the plane, y upwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/**
 * Where the S corners of the simplex are drawn: on the unit circle, the first one on top, clockwise; two of them at the
 * ends of a line, left and right.
 */
export function simplexCorners(count: number): Point[] {
  if (count === 2) return [-1, 1].map((x) => ({ x, y: 0 }));
  return Array.from({ length: count }, (_, corner) => {
    const angle = (2 * Math.PI * corner) / count;
    return { x: Math.sin(angle), y: Math.cos(angle) };
  });
}

/**
 * Barycentric weights as points of the plane: `sum_s weights_s corner_s`, [M, S] -> M points. With more than three corners
 * different weights can fall on one point. Throws InputError on another rank or fewer than 2 corners.
 */
export function projectWeights(weights: NdArray): Point[] {
  const [count, corners] = weights.shape;
  if (weights.shape.length !== 2 || corners < 2) {
    const shape = weights.shape.join(", ");
    throw new InputError(`barycentric path: expected weights of shape [M, S] with at least 2 atoms, got [${shape}]`);
  }
  const positions = simplexCorners(corners);
  const coordinate = (row: number, axis: keyof Point) =>
    positions.reduce((sum, position, s) => sum + weights.data[row * corners + s] * position[axis], 0);
  return Array.from({ length: count }, (_, row) => ({ x: coordinate(row, "x"), y: coordinate(row, "y") }));
}
