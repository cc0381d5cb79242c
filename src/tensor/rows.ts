import * as tf from "@tensorflow/tfjs-core";

/** The rows of numbers [..., length] in float64. */
export function rowsOf(data: ArrayLike<number>, length: number): Float64Array[] {
  const all = Float64Array.from(data);
  return Array.from({ length: all.length / length }, (_, row) => all.subarray(row * length, (row + 1) * length));
}

/** Rows as one float32 tensor. */
export function stackRows(rows: readonly Float64Array[], shape: number[]): tf.Tensor {
  const data = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  rows.forEach((row, index) => data.set(row, index * row.length));
  return tf.tensor(data, shape, "float32");
}
