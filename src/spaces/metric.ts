import type { NdArray } from "../tensor/ndarray.ts";

/**
 * Distances D [n, n] between the points of one space, symmetric, with zeros on the diagonal, as an operator: what works on them
 * multiplies with D and with its entrywise square, and never asks how D is stored. A matrix of distances is one form; squared
 * Euclidean distances of points are another, in O(n d) memory.
 */
export interface Metric {
  /** n */
  readonly points: number;
  /** The largest entry of D. */
  readonly largest: number;
  /** D V: V [n, columns] -> [n, columns], row-major. */
  product(v: Float64Array, columns: number): Float64Array;
  /** V D: V [rows, n] -> [rows, n], row-major. */
  rightProduct(v: Float64Array, rows: number): Float64Array;
  /** (D * D) p, D squared entry by entry: [n] -> [n]. */
  squaredProduct(p: Float64Array): Float64Array;
  /** D itself [n, n], formed anew at each call: for small problems, pictures and results. */
  matrix(): NdArray<Float64Array>;
}
