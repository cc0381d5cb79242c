import { InputError } from "../errors.ts";
import { describe, float64Of, isNdArray, ndarray, type NdArray, type Numbers } from "../tensor/ndarray.ts";
import { SMALLEST_NORMAL } from "./checks.ts";
import type { Coordinates } from "./geometry.ts";

/** Points as callers have them: an array [points, dimension], or a row of numbers for each. */
export type Points = NdArray | readonly Numbers[];

/** Float64 points [n, d] and [m, d]; no copy if they are. Throws InputError unless finite, some, and of one dimension. */
export function checkedPoints(x: Points, y: Points): Pick<Coordinates, "x" | "y"> {
  const [first, second] = [pointsOf(x, "x"), pointsOf(y, "y")];
  if (second.shape[1] !== first.shape[1]) {
    throw new InputError(
      `point cloud: x has points of dimension ${first.shape[1]}, y of ${second.shape[1]}; make them equal`,
    );
  }
  return { x: first, y: second };
}

/** The same of one side; `what` is what they are of, for messages. */
export function pointsOf(points: Points, name: string, what = "point cloud"): NdArray<Float64Array> {
  const given = isNdArray(points) ? points : stacked(points, name, what);
  if (given.shape.length !== 2 || given.data.length === 0) {
    throw new InputError(`${what}: expected ${name} as [points, dimension], got [${given.shape.join(", ")}]`);
  }
  const data = float64Of(given.data, `${what}: ${name}`);
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(
      `${what}: expected finite coordinates, got ${data[bad]} in row ${Math.floor(bad / given.shape[1])} of ${name}`,
    );
  }
  return ndarray(data, given.shape);
}

function stacked(rows: readonly Numbers[], name: string, what: string): NdArray<Float64Array> {
  if (!Array.isArray(rows) || rows.length === 0) {
    const got = Array.isArray(rows) ? "none" : describe(rows);
    throw new InputError(`${what}: expected ${name} as [points, dimension] or as rows of numbers, got ${got}`);
  }
  const parts = rows.map((row, index) => {
    if (typeof row === "number") {
      throw new InputError(`${what}: expected rows of ${name}, got a number; write [[0], [1]] for points on a line`);
    }
    return float64Of(row, `${what}: row ${index} of ${name}`);
  });
  const dimension = parts[0].length;
  const data = new Float64Array(parts.length * dimension);
  parts.forEach((row, index) => {
    if (row.length !== dimension) {
      throw new InputError(`${what}: rows of ${name} differ: 0 has ${dimension} numbers, ${index} has ${row.length}`);
    }
    data.set(row, index * dimension);
  });
  return ndarray(data, [parts.length, dimension]);
}

/**
 * The cost between opposite corners of the boxes around x and y, which no pair exceeds; 2 for cosine. Throws InputError for points so
 * far or near that costs leave the range of float64, and for a point at the origin, which has no direction.
 */
export function costBound({ x, y, cost }: Coordinates): number {
  if (cost === "cosine") {
    checkDirections(x, "x");
    checkDirections(y, "y");
    return 2;
  }
  const [ofX, ofY] = [boxOf(x), boxOf(y)];
  let apart = 0;
  let squares = 0;
  ofX.lowest.forEach((lowest, axis) => {
    const widest = Math.max(ofX.highest[axis] - ofY.lowest[axis], ofY.highest[axis] - lowest);
    apart += widest;
    squares += widest ** 2;
  });
  const sum = cost === "manhattan" ? apart : squares;
  if (!(sum < Infinity) || (sum < SMALLEST_NORMAL && apart > 0)) {
    throw new InputError(
      `point cloud: the ${cost} cost of points ${apart} apart leaves the range of float64; scale the coordinates`,
    );
  }
  return cost === "euclidean" ? Math.sqrt(sum) : sum;
}

function boxOf({ data, shape: [, d] }: NdArray<Float64Array>): { lowest: Float64Array; highest: Float64Array } {
  const lowest = data.slice(0, d);
  const highest = data.slice(0, d);
  for (let at = 0; at < data.length; at++) {
    const axis = at % d;
    if (data[at] < lowest[axis]) lowest[axis] = data[at];
    if (data[at] > highest[axis]) highest[axis] = data[at];
  }
  return { lowest, highest };
}

function checkDirections({ data, shape: [count, d] }: NdArray<Float64Array>, name: string): void {
  for (let row = 0; row < count; row++) {
    let square = 0;
    for (let axis = 0; axis < d; axis++) square += data[row * d + axis] ** 2;
    if (square >= SMALLEST_NORMAL && square < Infinity) continue;
    throw new InputError(
      `point cloud: the cosine cost needs a direction, got a point of squared length ${square} in row ${row} of ${name}`,
    );
  }
}
