import * as tf from "@tensorflow/tfjs-core";
import {
  TRAINING_BATCH_NORM,
  TRAINING_BATCH_NORM_GRADIENT,
  type BatchNormAttributes,
} from "../native/tfjs-batch-norm.ts";
import { isRecorded } from "./differentiable.ts";

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
    if (isRecorded()) {
      const { varianceEpsilon } = attributes as unknown as BatchNormAttributes;
      return composedGradient((gradients as tf.Tensor[])[0], x, gamma, varianceEpsilon);
    }
    const inputs = { dy: (gradients as tf.Tensor[])[0], x, gamma, mean, variance };
    const outputs = tf.engine().runKernel(TRAINING_BATCH_NORM_GRADIENT, inputs, attributes);
    const [dx, dgamma, dbeta] = outputs as [tf.Tensor, tf.Tensor, tf.Tensor];
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
  },
});

/** The same by operations that a tape records, from the inputs alone, for a gradient of the gradient. */
function composedGradient(dy: tf.Tensor, x: tf.Tensor, gamma: tf.Tensor, varianceEpsilon: number) {
  const centred = tf.sub(x, tf.mean(x, 0));
  const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), 0), varianceEpsilon));
  const normal = tf.div(centred, deviation);
  const along = tf.mean(tf.mul(dy, normal), 0);
  const rest = tf.sub(tf.sub(dy, tf.mean(dy, 0)), tf.mul(normal, along));
  return {
    x: () => tf.mul(tf.div(gamma, deviation), rest),
    gamma: () => tf.sum(tf.mul(dy, normal), 0),
    beta: () => tf.sum(dy, 0),
  };
}
