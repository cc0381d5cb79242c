import * as tf from "@tensorflow/tfjs-core";

/** Rows as one float32 tensor. */
export function stackRows(rows: readonly Float64Array[], shape: number[]): tf.Tensor {
  const data = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  rows.forEach((row, index) => data.set(row, index * row.length));
  return tf.tensor(data, shape, "float32");
}
