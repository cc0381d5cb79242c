import { InputError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";

/** Histograms [count, bins], row-major, each of mass one. */
export interface Histograms {
  readonly count: number;
  readonly bins: number;
  readonly data: Float64Array;
}

/** Both readings of a matrix X [n, m] >= 0: samples as histograms over features, and features over samples. */
export interface TwoWayHistograms {
  /** a_i [n, m]: the rows of X, each divided by its sum. */
  readonly samples: Histograms;
  /** b_k [m, n]: the columns of X, each divided by its sum. */
  readonly features: Histograms;
}

/**
 * Normalises rows and columns of X [n, m]. `dust` is added to every entry of a normalised histogram, which is then
 * normalised again: the strict positivity of Huizing et al. 2022; zero masses need none. Throws InputError for a row or
 * column without mass, or with a sum beyond float64.
 *
 * @param names what messages call rows and columns
 */
export function twoWayHistograms(
  { data, shape: [rows, columns] }: NdArray<Float64Array>,
  dust: number,
  names: { readonly samples: readonly string[]; readonly features: readonly string[] },
): TwoWayHistograms {
  return {
    samples: normalised(data, rows, columns, dust, (row) => `sample ${names.samples[row]}`),
    features: normalised(
      transposed(data, rows, columns),
      columns,
      rows,
      dust,
      (row) => `feature ${names.features[row]}`,
    ),
  };
}

/** Rows and columns of X [n, m] as they are: quadratic forms need no histograms. */
export function twoWayRows({ data, shape: [rows, columns] }: NdArray<Float64Array>): TwoWayHistograms {
  return {
    samples: { count: rows, bins: columns, data },
    features: { count: columns, bins: rows, data: transposed(data, rows, columns) },
  };
}

function normalised(
  values: Float64Array,
  count: number,
  bins: number,
  dust: number,
  nameOf: (row: number) => string,
): Histograms {
  const data = new Float64Array(values.length);
  for (let row = 0; row < count; row++) {
    const source = values.subarray(row * bins, (row + 1) * bins);
    const total = sum(source);
    if (!(total > 0)) throw new InputError(`${nameOf(row)}: all zero, expected some mass; leave it out`);
    if (total === Infinity)
      throw new InputError(`${nameOf(row)}: its sum is beyond float64; divide the data by a factor`);
    const target = data.subarray(row * bins, (row + 1) * bins);
    for (let bin = 0; bin < bins; bin++) target[bin] = source[bin] / total + dust;
    if (dust === 0) continue;
    const dusty = sum(target);
    for (let bin = 0; bin < bins; bin++) target[bin] /= dusty;
  }
  return { count, bins, data };
}

function transposed(values: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = values[row * columns + column];
  }
  return out;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index];
  return total;
}
