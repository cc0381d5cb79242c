import * as tf from "@tensorflow/tfjs-core";
import { alongBothAxes } from "../layers/fixed-layer.ts";
import { axisKernel } from "./axes.ts";
import { temporaryTensors } from "./temporary-tensors.ts";
import type { SolvedBatch } from "./training-set.ts";

/** Share of the smoothed error in the objective: what is rough in a start, the first iteration takes away by itself. */
const SMOOTHED_SHARE = 0.7;

/** Below these a squared deviation, in epsilons, is good enough. */
const GOOD_ENOUGH = 1e-3;
const GOOD_ENOUGH_SMOOTHED = 3e-4;

/**
 * What the network minimises for the pairs of one batch [pairs]: the log of the standard deviation of the error in epsilons, under
 * the batch's weights; in part of the error as Sinkhorn's next half step leaves it, blurred by a Gaussian kernel of epsilon.
 *
 * @param corrected what the network adds on the grid [pairs, points]
 */
export function logErrors(corrected: tf.Tensor, { problem, residual, weights }: SolvedBatch): tf.Tensor1D {
  const { size, sides, epsilon } = problem;
  const shape = [corrected.shape[0], size[0] * size[1]] as [number, number];
  const mass = tf.tensor2d(weights, shape);
  const centred = (x: tf.Tensor): tf.Tensor => tf.sub(x, tf.sum(tf.mul(mass, x), 1, true));
  const logDeviation = (x: tf.Tensor, goodEnough: number): tf.Tensor1D =>
    tf.mul(tf.log(tf.add(tf.sum(tf.mul(mass, tf.square(centred(x))), 1), goodEnough)), 0.5);
  const error = centred(tf.div(tf.sub(tf.tensor2d(residual, shape), corrected), epsilon));
  const [rows, columns] = size.map((extent, axis) =>
    temporaryTensors.constant(`blur ${axis}`, extent, () => axisKernel(extent, sides[axis], epsilon)),
  );
  const blur = (x: tf.Tensor): tf.Tensor => alongBothAxes(temporaryTensors, x, [rows, columns], size, size);
  const smoothed = tf.div(blur(tf.mul(mass, error)), tf.add(blur(mass), SMALLEST_MASS));
  return tf.add(
    tf.mul(logDeviation(error, GOOD_ENOUGH), 1 - SMOOTHED_SHARE),
    tf.mul(logDeviation(smoothed, GOOD_ENOUGH_SMOOTHED), SMOOTHED_SHARE),
  );
}

/** Far from all mass nothing is divided by zero. */
const SMALLEST_MASS = 1e-20;
