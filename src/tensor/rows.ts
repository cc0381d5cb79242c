import * as tf from "@tensorflow/tfjs-core";
import { sizeOf } from "./ndarray.ts";

/** Rows, or parts of any length, one after the other as one float32 tensor. */
export function stackRows(rows: readonly Float64Array[], shape: readonly number[]): tf.Tensor {
  const data = new Float32Array(sizeOf(shape));
  let at = 0;
  for (const row of rows) {
    data.set(row, at);
    at += row.length;
  }
  return tf.tensor(data, [...shape], "float32");
}
