import * as tf from "@tensorflow/tfjs-core";

/** Applies a map of rows [rows, k] -> [rows, l] to the last axis of [..., k]. */
export function overRows(x: tf.Tensor, map: (rows: tf.Tensor2D) => tf.Tensor2D): tf.Tensor {
  return tf.tidy(() => {
    const mapped = map(tf.reshape(x, [-1, x.shape[x.rank - 1]]));
    return tf.reshape(mapped, [...x.shape.slice(0, -1), mapped.shape[1]]);
  });
}
