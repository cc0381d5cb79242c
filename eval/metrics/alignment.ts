import { InputError } from "../../src/errors.ts";
import { float64Of, rowOf, type NdArray } from "../../src/tensor/ndarray.ts";

/** How near true partners lie after an alignment: fractions in [0, 1], 0 where everybody's partner is its nearest. */
export interface Foscttm {
  /** Over the x_i: the fraction of the other y_j that are nearer than y_i. */
  readonly xToY: number;
  /** Over the y_j, likewise. */
  readonly yToX: number;
  readonly mean: number;
}

/**
 * Fraction of samples closer than the true match (Liu et al. 2019) from distances [n, n] between aligned x_i and y_j, of which
 * x_i and y_i are one sample: #(nearer ones) / (n - 1), averaged.
 *
 * A sample as near as the true match counts one half. Counting the nearer ones alone gives an embedding that has collapsed to a
 * point the perfect score 0, although it tells no pair from another; one half is what guessing gets, and it gets that. Where no
 * distances are equal the two counts agree.
 *
 * @param pairs the pairs to average over (those of a validation or a test set), each against all samples. @default all
 * @throws InputError unless the distances are square, of two samples or more and not NaN, and the pairs are among them
 */
export function foscttm(distances: NdArray, pairs?: readonly number[]): Foscttm {
  const each = foscttmOfPairs(distances);
  const rows = each.xToY.length;
  const chosen = pairs ?? Array.from({ length: rows }, (_, pair) => pair);
  const stray = chosen.find((pair) => !(Number.isInteger(pair) && pair >= 0 && pair < rows));
  if (stray !== undefined || chosen.length === 0) {
    throw new InputError(`FOSCTTM: expected pairs from 0 to ${rows - 1}, got ${stray ?? "none"}`);
  }
  const meanOf = (values: Float64Array) => chosen.reduce((sum, pair) => sum + values[pair], 0) / chosen.length;
  const [xToY, yToX] = [meanOf(each.xToY), meanOf(each.yToX)];
  return { xToY, yToX, mean: (xToY + yToX) / 2 };
}

/** The fraction of every x_i and of every y_i [n], as `foscttm` averages them: for choices that may look at some pairs only. */
export function foscttmOfPairs(distances: NdArray): { readonly xToY: Float64Array; readonly yToX: Float64Array } {
  const { data, rows, columns } = checkedDistances("FOSCTTM", distances);
  if (rows !== columns || rows < 2) {
    throw new InputError(`FOSCTTM: expected distances [n, n] of at least 2 pairs, got [${rows}, ${columns}]`);
  }
  const [xToY, yToX] = [new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < rows; column++, at++) {
      if (column === row) continue;
      xToY[row] += nearness(data[at], data[row * rows + row]);
      yToX[column] += nearness(data[at], data[column * rows + column]);
    }
  }
  const fraction = (count: number) => count / (rows - 1);
  return { xToY: xToY.map(fraction), yToX: yToX.map(fraction) };
}

/** 1 for a sample that is nearer than the match, one half for one that is as near. */
function nearness(distance: number, match: number): number {
  if (distance === match) return 0.5;
  return distance < match ? 1 : 0;
}

/** The i-th row's nearest column, of equals the first: [n, m] -> n indices. Throws InputError unless it is a matrix without NaN. */
export function nearestColumns(distances: NdArray): Int32Array {
  const { data, rows, columns } = checkedDistances("nearest points", distances);
  return Int32Array.from({ length: rows }, (_, row) => {
    const values = rowOf(data, columns, row);
    return values.reduce((best, value, column) => (value < values[best] ? column : best), 0);
  });
}

/** A matrix of distances as float64. Throws InputError unless it has two axes, entries, and none that is NaN. */
export function checkedDistances(what: string, { shape, data }: NdArray) {
  const [rows, columns] = shape;
  if (shape.length !== 2 || data.length !== rows * columns || data.length === 0) {
    throw new InputError(`${what}: expected distances [n, m], got shape [${shape.join(", ")}]`);
  }
  const values = float64Of(data, what);
  // a loop: there may be 10^8 of them
  for (let at = 0; at < values.length; at++) {
    if (!Number.isNaN(values[at])) continue;
    throw new InputError(`${what}: expected distances, got NaN at [${Math.floor(at / columns)}, ${at % columns}]`);
  }
  return { data: values, rows, columns };
}
