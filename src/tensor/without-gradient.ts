import * as tf from "@tensorflow/tfjs-core";

/**
 * `compute(x)` as a constant of the tape: masks and shifts that follow from a variable but are not to be differentiated (tfjs has no
 * gradient for comparisons and fails where one is on the path, also on that of a second derivative).
 */
export function withoutGradient(x: tf.Tensor, compute: (x: tf.Tensor) => tf.Tensor): tf.Tensor {
  // what a custom gradient computes is not recorded, and without inputs it leads nowhere
  return tf.customGrad(() => ({ value: tf.tidy(() => compute(x)), gradFunc: () => [] }))();
}
