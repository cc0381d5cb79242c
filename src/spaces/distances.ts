import { InputError } from "../errors.ts";
import { allocate } from "../files/memory.ts";
import { float64Of, rowOf, type NdArray } from "../tensor/ndarray.ts";

/**
 * How far two points of R^d are from each other: Euclidean; `cosine`, 1 - cos of the angle between them; `correlation`, the same
 * after each point's mean is taken off it. The last two are dissimilarities: the triangle inequality need not hold.
 */
export type DistanceKind = "euclidean" | "cosine" | "correlation";

export const DISTANCE_KINDS = ["euclidean", "cosine", "correlation"] as const satisfies readonly DistanceKind[];

/** A matrix of distances that is formed a row at a time, so that no n x n matrix has to exist. */
export interface DistanceRows {
  /** n */
  readonly points: number;
  /** What somebody should know of the distances, a line each. @default nothing */
  readonly warnings?: readonly string[];
  /** Writes the distances of point `index` from the points `from`, ..., n - 1 to the same places of `row` [n]. */
  fill(index: number, row: Float64Array, from?: number): void;
}

/**
 * Distances between points [n, d], row by row. Memory: the n d numbers once more, where the kind is not Euclidean. A row without a
 * direction (all zero, or constant of a correlation) counts as uncorrelated, at distance 1 from all others, with a warning.
 *
 * @param name what messages call the points
 * @throws InputError for another shape and values that are not finite
 */
export function distanceRows(points: NdArray, kind: DistanceKind = "euclidean", name = "points"): DistanceRows {
  const { rows: n, columns: d, data } = pointsOf(points, name);
  if (kind === "euclidean") {
    return {
      points: n,
      fill(index, row, from = 0) {
        for (let other = from; other < n; other++) row[other] = euclidean(data, index * d, data, other * d, d);
      },
    };
  }
  const { directions, without } = directionsOf(data, n, d, kind);
  const what = kind === "cosine" ? "all zero" : "constant";
  return {
    points: n,
    warnings:
      without.size === 0 ? [] : [`${name}: ${without.size} rows are ${what}, at ${kind} distance 1 from all others`],
    fill(index, row, from = 0) {
      for (let other = from; other < n; other++) {
        if (index !== other && (without.has(index) || without.has(other))) row[other] = 1;
        // |a - b|^2 / 2 for unit vectors: not below zero, and exact where 1 - <a, b> would cancel
        else row[other] = euclidean(directions, index * d, directions, other * d, d) ** 2 / 2;
      }
    },
  };
}

/**
 * All distances between points [n, d]: [n, n], symmetric, zero on the diagonal. Memory: 8 n^2 bytes, time O(n^2 d).
 *
 * @throws InputError as `distanceRows` does, and where the matrix does not fit
 */
export function pairwiseDistances(
  points: NdArray,
  kind: DistanceKind = "euclidean",
  name = "points",
): NdArray<Float64Array> {
  return matrixOfRows(distanceRows(points, kind, name), Float64Array, name);
}

/** The matrix [n, n] of distances that are known by their rows, float64 or float32. Throws InputError where it does not fit. */
export function matrixOfRows<A extends Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  rows: DistanceRows,
  type: { new (length: number): A; readonly BYTES_PER_ELEMENT: number },
  name = "points",
): NdArray<A> {
  const n = rows.points;
  const data = allocate(type, n * n, name, `a matrix of ${n} x ${n} distances`);
  const row = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    rows.fill(i, row, i);
    for (let j = i; j < n; j++) {
      data[i * n + j] = row[j];
      data[j * n + i] = row[j];
    }
  }
  return { shape: [n, n], data };
}

/** Euclidean distances between points p [n, d] and q [m, d]: [n, m]. Throws InputError. */
export function crossDistances(p: NdArray, q: NdArray): NdArray<Float64Array> {
  const [first, second] = [pointsOf(p, "points"), pointsOf(q, "points")];
  if (first.columns !== second.columns) {
    throw new InputError(
      `points: expected as many coordinates on both sides, got ${first.columns} and ${second.columns}`,
    );
  }
  return betweenEach(p, q, (a, i, b, j) => euclidean(a, i, b, j, first.columns));
}

/** A function of each pair of rows p [n, k] and q [m, k], told where the rows start: [n, m]. */
export function betweenEach(
  p: NdArray,
  q: NdArray,
  distance: (a: Float64Array, i: number, b: Float64Array, j: number) => number,
): NdArray<Float64Array> {
  const [first, second] = [pointsOf(p, "points"), pointsOf(q, "points")];
  const data = new Float64Array(first.rows * second.rows);
  for (let i = 0; i < first.rows; i++) {
    for (let j = 0; j < second.rows; j++) {
      data[i * second.rows + j] = distance(first.data, i * first.columns, second.data, j * second.columns);
    }
  }
  return { shape: [first.rows, second.rows], data };
}

/** Points [n, d] as float64. Throws InputError. */
export function pointsOf(
  { shape, data }: NdArray,
  name: string,
): { readonly rows: number; readonly columns: number; readonly data: Float64Array } {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === 0 || columns === 0) {
    throw new InputError(`${name}: expected points [n, d], got [${shape.join(", ")}]`);
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    const [row, column] = [Math.floor(wrong / columns), wrong % columns];
    throw new InputError(`${name}: at [${row}, ${column}]: expected a finite number, got ${data[wrong]}`);
  }
  return { rows, columns, data: float64Of(data, name) };
}

/** The Euclidean distance between d numbers of a from i on and of b from j on. */
export function euclidean(a: Float64Array, i: number, b: Float64Array, j: number, d: number): number {
  let sum = 0;
  for (let k = 0; k < d; k++) {
    const difference = a[i + k] - b[j + k];
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

/** Rows scaled to length one, for a correlation with their mean taken off. */
function directionsOf(data: Float64Array, n: number, d: number, kind: DistanceKind) {
  const directions = data.slice();
  const without = new Set<number>();
  for (let i = 0; i < n; i++) {
    const row = rowOf(directions, d, i);
    const largest = row.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    if (kind === "correlation") {
      const mean = row.reduce((sum, value) => sum + value, 0) / d;
      row.forEach((value, k) => (row[k] = value - mean));
    }
    const length = Math.hypot(...row);
    if (length <= ROUNDING * largest * Math.sqrt(d)) without.add(i);
    else row.forEach((value, k) => (row[k] = value / length));
  }
  return { directions, without };
}

/** What is left of a constant row after its mean has been taken off. */
const ROUNDING = 1e-15;
