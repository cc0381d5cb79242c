import { OptionError } from "../../errors.ts";

/** Points of a grid a side, or rows and columns. */
export type Resolution = number | { readonly rows: number; readonly columns: number };

/** Rows and columns of a grid with at least so many of each. Throws OptionError. */
export function rowsAndColumns(
  resolution: Resolution,
  least: number,
): { readonly rows: number; readonly columns: number } {
  const size = typeof resolution === "number" ? { rows: resolution, columns: resolution } : resolution;
  for (const count of [size.rows, size.columns]) requireCount("resolution", count, least);
  return size;
}

/** Requires a whole number of points. Throws OptionError. */
export function requireCount(option: string, count: number, least: number): void {
  if (Number.isInteger(count) && count >= least) return;
  throw new OptionError(option, `expected a whole number of points, at least ${least}, got ${count}`);
}

/** Requires a finite length above zero. Throws OptionError. */
export function requireLength(option: string, length: number): void {
  if (Number.isFinite(length) && length > 0) return;
  throw new OptionError(option, `expected a length above 0, got ${length}`);
}

/** `count` numbers from 0 to `end`, both included; 0 alone where there is one. */
export function linspace(end: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, index) => (count === 1 ? 0 : (end * index) / (count - 1)));
}

/** Points (first, second) [nz, 2] of a grid, row-major: `second` varies fastest. */
export function gridPoints(first: Float64Array, second: Float64Array): Float64Array {
  const points = new Float64Array(2 * first.length * second.length);
  first.forEach((a, row) => second.forEach((b, column) => points.set([a, b], 2 * (row * second.length + column))));
  return points;
}
