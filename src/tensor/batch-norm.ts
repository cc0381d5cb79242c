import * as tf from "@tensorflow/tfjs-core";
import {
  TRAINING_BATCH_NORM,
  TRAINING_BATCH_NORM_GRADIENT,
  type BatchNormAttributes,
} from "../native/tfjs-batch-norm.ts";

export interface BatchNormResult {
  /** [rows, columns] */
  readonly y: tf.Tensor2D;
  /** Of x over its rows, [columns]; the variance is the biased one. Constants for the tape. */
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/**
 * Batch normalisation in training (Ioffe & Szegedy 2015, Algorithm 1): x [rows, columns] with statistics over the rows and
 * gamma, beta [columns]; epsilon is added to the variance. One operation in each direction where native kernels are there.
 */
export function trainingBatchNorm(
  x: tf.Tensor2D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): BatchNormResult {
  if (x.size > 0 && tf.getKernel(TRAINING_BATCH_NORM, tf.getBackend())) {
    const attributes = { varianceEpsilon: epsilon } satisfies BatchNormAttributes;
    const outputs = tf.engine().runKernel(TRAINING_BATCH_NORM, { x, gamma, beta }, attributes);
    const [y, mean, variance] = outputs as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
    return { y, mean, variance };
  }
  const { mean, variance } = tf.moments(x, 0) as { mean: tf.Tensor1D; variance: tf.Tensor1D };
  return { y: tf.batchNorm2d(x, mean, variance, beta, gamma, epsilon), mean, variance };
}

tf.registerGradient({
  kernelName: TRAINING_BATCH_NORM,
  inputsToSave: ["x", "gamma"],
  outputsToSave: [false, true, true],
  gradFunc: (gradients, saved, attributes) => {
    const [x, gamma, mean, variance] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const inputs = { dy: (gradients as tf.Tensor[])[0], x, gamma, mean, variance };
    const outputs = tf.engine().runKernel(TRAINING_BATCH_NORM_GRADIENT, inputs, attributes);
    const [dx, dgamma, dbeta] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
  },
});
