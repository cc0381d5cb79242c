import { InputError } from "../../src/errors.ts";
import { rowsOf, sizeOf, toFloat64, type NdArray } from "../../src/tensor/ndarray.ts";

/**
 * Linear dictionaries that learned ones are compared with: each image is a weighted sum of k components. These are fits
 * of given data, on the host in float64; nothing here is trained, saved or differentiated.
 */
export interface LinearDictionary {
  /** [k, ...] one component a row, of the images' shape. */
  readonly components: NdArray<Float64Array>;
  /** [M, k] how much of each component each image holds. */
  readonly coefficients: NdArray<Float64Array>;
  /** [M, ...] what the components make of each image. */
  readonly reconstructions: NdArray<Float64Array>;
}

/** A data set [M, ...] as a matrix of M rows. */
export interface Samples {
  readonly count: number;
  readonly size: number;
  /** The extents of one sample: `[h, w]` of `[M, h, w]`. */
  readonly extents: readonly number[];
  readonly values: Float64Array;
}

/** Checks a data set and a number of components, `least` or more. Throws InputError. */
export function samplesOf(operation: string, data: NdArray, components: number, least: number): Samples {
  const [count, ...extents] = data.shape;
  if (count === undefined || extents.length === 0 || data.data.length === 0) {
    throw new InputError(`${operation}: expected data of shape [M, ...], got [${data.shape.join(", ")}]`);
  }
  if (!Number.isInteger(components) || components < least) {
    throw new InputError(`${operation}: expected ${least} or more components, got ${components}`);
  }
  const { data: values } = toFloat64(data);
  if (!values.every(Number.isFinite)) throw new InputError(`${operation}: expected finite data, got NaN or infinity`);
  return { count, size: sizeOf(extents), extents, values };
}

/** `target += factor * source`, entry by entry. */
export function addScaled(target: Float64Array, factor: number, source: Float64Array): void {
  for (let index = 0; index < target.length; index++) target[index] += factor * source[index];
}

export function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < left.length; index++) sum += left[index] * right[index];
  return sum;
}

/** All inner products of rows: [n, N], [m, N] -> [n, m]. */
export function rowProducts(left: readonly Float64Array[], right: readonly Float64Array[]): Float64Array[] {
  return left.map((row) => Float64Array.from(right, (other) => dot(row, other)));
}

/** `sum_r weights[i][r] * components[r]` for each i: [M, k], [k, size] -> M * size values. */
export function combine(
  weights: readonly Float64Array[],
  components: readonly Float64Array[],
  size: number,
): Float64Array {
  const result = new Float64Array(weights.length * size);
  rowsOf(result, size).forEach((row, index) => {
    components.forEach((component, r) => addScaled(row, weights[index][r], component));
  });
  return result;
}

/** Rows of one length as one row-major array. */
export function stack(rows: readonly Float64Array[], size: number): Float64Array {
  const result = new Float64Array(rows.length * size);
  rows.forEach((row, index) => result.set(row, index * size));
  return result;
}
