import * as tf from "@tensorflow/tfjs-core";

/**
 * `compute(x)` as a constant of the tape: masks and shifts that follow from a variable but are not to be differentiated
 * (tfjs has no gradient for comparisons and fails where one is on the path).
 */
export function withoutGradient(x: tf.Tensor, compute: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  const operation = tf.customGrad((input) => ({
    value: tf.tidy(() => compute(input as tf.Tensor)),
    gradFunc: () => tf.zeros(x.shape),
  }));
  return operation(x);
}
