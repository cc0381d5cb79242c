import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import { allPairs, squareFromCondensed } from "../../src/transport/pairs/pair-order.ts";

export type Matrix = NdArray<Float64Array>;

/** Mass on every bin, as the peers have it. */
const LEAST_MASS = 1e-6;

/** Two-mode data X_ik = h(i / samples - k / features) as `peers/*_all_pairs.py` make it: its rows and its columns as histograms. */
export function torusHistograms(samples: number, features: number): { rows: Matrix; columns: Matrix } {
  return {
    rows: histograms(samples, features, (i, k) => twoModes(i / samples - k / features)),
    columns: histograms(features, samples, (k, i) => twoModes(i / samples - k / features)),
  };
}

/** A wave on the unit circle with two bumps of different height and width. */
function twoModes(position: number): number {
  let sum = 0;
  for (let turn = -2; turn <= 2; turn++) {
    sum += Math.exp(-(((position + turn) / 0.1) ** 2)) + 0.5 * Math.exp(-(((position + turn + 1 / 3) / 0.05) ** 2));
  }
  return sum;
}

/** Rows f(i, k), normalised, with a little mass everywhere. */
function histograms(count: number, bins: number, entry: (row: number, bin: number) => number): Matrix {
  const data = new Float64Array(count * bins);
  for (let row = 0; row < count; row++) {
    const values = data.subarray(row * bins, (row + 1) * bins);
    values.forEach((_, bin) => (values[bin] = entry(row, bin)));
    normalise(values);
    values.forEach((value, bin) => (values[bin] = value + LEAST_MASS));
    normalise(values);
  }
  return ndarray(data, [count, bins]);
}

function normalise(values: Float64Array): void {
  const total = values.reduce((sum, value) => sum + value, 0);
  values.forEach((value, bin) => (values[bin] = value / total));
}

/** Between rows. */
export function l1Distances({ data, shape: [count, bins] }: Matrix): Matrix {
  const { rows, columns } = allPairs(count);
  const condensed = Float64Array.from(rows, (i, pair) => {
    const j = columns[pair];
    let sum = 0;
    for (let bin = 0; bin < bins; bin++) sum += Math.abs(data[i * bins + bin] - data[j * bins + bin]);
    return sum;
  });
  return ndarray(squareFromCondensed(condensed, count), [count, count]);
}

export function largest({ data }: Matrix): number {
  return data.reduce((most, entry) => Math.max(most, entry), 0);
}

/** Divided by the largest entry. */
export function scaled(matrix: Matrix): Matrix {
  const most = largest(matrix);
  return ndarray(
    matrix.data.map((entry) => entry / most),
    matrix.shape,
  );
}
