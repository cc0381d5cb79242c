import * as tf from "@tensorflow/tfjs-core";
import type { TensorKernel } from "../../src/geometry/geometry.ts";
import { previousSolution } from "../../src/transport/initializers/previous.ts";
import { sinkhornUnrolled } from "../../src/transport/sinkhorn/unrolled.ts";
import { withoutGradient } from "../../src/tensor/without-gradient.ts";
import type { Form } from "./approximator.ts";

export const OBJECTIVE_NAMES = ["hilbert", "deviation", "dual"] as const;
export type ObjectiveName = (typeof OBJECTIVE_NAMES)[number];

/** A batch of problems and the network's answers. */
interface Predictions {
  /** [batch, 2 * points] */
  readonly sample: tf.Tensor;
  /** [batch, points] in the network's form. */
  readonly predicted: tf.Tensor;
}

export interface ObjectiveSettings {
  readonly kernel: TensorKernel;
  readonly form: Form;
  /** k: Sinkhorn iterations from the prediction to its target. */
  readonly targetIterations: number;
  /** Looks at a target before it is used, and may replace it: for tests of gradients. @default as it is */
  readonly target?: (target: tf.Tensor) => tf.Tensor;
}

/** The mean over the batch of what the approximator minimises, and how many samples had no finite target. */
interface BatchLoss {
  readonly loss: tf.Scalar;
  /** Samples left out; not differentiated. */
  readonly skipped: tf.Scalar;
}

/** Differentiable in the prediction and in the sample; call inside tf.tidy. */
export type Objective = (predictions: Predictions, settings: ObjectiveSettings) => BatchLoss;

export const OBJECTIVES: Readonly<Record<ObjectiveName, Objective>> = {
  /** Hilbert's projective metric to the bootstrapped target (Geuter et al., 4.3). */
  hilbert: (predictions, settings) => bootstrapped(predictions, settings, hilbert),
  /** The log of the standard deviation of that difference: it blames every pixel, where Hilbert's metric blames two. */
  deviation: (predictions, settings) => bootstrapped(predictions, settings, logDeviation),
  dual,
};

/** max(d) - min(d) of each row [batch, points] -> [batch]. */
function hilbert(difference: tf.Tensor): tf.Tensor {
  return tf.sub(tf.max(difference, 1), tf.min(difference, 1));
}

/** Share of the uniform weights in the deviation: where nu has no mass an error costs little, but not nothing. */
const UNIFORM_SHARE = 0.2;

/** Below this a squared deviation is good enough: half a percent of a scaling would be 2.5e-5. */
const GOOD_ENOUGH = 1e-3;

/**
 * log of the standard deviation of each row [batch, points] -> [batch], with weights mostly nu. The logarithm weighs easy
 * and hard pairs alike, where plain deviations are those of the hardest pairs.
 */
function logDeviation(difference: tf.Tensor, nu: tf.Tensor): tf.Tensor {
  const weights = tf.add(tf.mul(nu, 1 - UNIFORM_SHARE), UNIFORM_SHARE / nu.shape[1]!);
  const centred = tf.sub(difference, tf.sum(tf.mul(weights, difference), 1, true));
  const variance = tf.sum(tf.mul(weights, tf.square(centred)), 1);
  return tf.mul(tf.log(tf.add(variance, GOOD_ENOUGH)), 0.5);
}

function bootstrapped(
  { sample, predicted }: Predictions,
  settings: ObjectiveSettings,
  distance: (difference: tf.Tensor, nu: tf.Tensor) => tf.Tensor,
): BatchLoss {
  const [, nu] = halves(sample);
  const target = constant([sample, predicted], () => {
    const target = targetOf({ sample, predicted }, settings);
    return settings.target?.(target) ?? target;
  });
  const usable = constant([target], () => tf.cast(tf.all(tf.isFinite(target), 1, true), "float32")); // [batch, 1]
  // A row without a target gets its own prediction as one: distance zero, gradient zero.
  const reached = constant([usable, target, predicted], () => tf.where(tf.cast(usable, "bool"), target, predicted));
  const count = tf.maximum(tf.sum(usable), 1);
  const loss = tf.div(tf.sum(tf.mul(distance(tf.sub(reached, predicted), nu), tf.squeeze(usable, [1]))), count);
  return { loss: loss as tf.Scalar, skipped: tf.sub(usable.shape[0], tf.sum(usable)) as tf.Scalar };
}

/** tau(g): the second log-scaling after k iterations from the prediction, in the network's form. NaN or infinite where float32 does not reach. */
function targetOf({ sample, predicted }: Predictions, settings: ObjectiveSettings): tf.Tensor {
  const { kernel, form, targetIterations } = settings;
  const [mu, nu] = halves(sample);
  const logNu = tf.log(nu);
  const logScaling = form === "kl" ? tf.add(predicted, logNu) : predicted;
  const { g } = sinkhornUnrolled(mu, nu, kernel, {
    iterations: targetIterations,
    initializer: previousSolution(tf.mul(logScaling, kernel.epsilon)),
    domain: "scaling",
  });
  const reached = tf.div(g, kernel.epsilon);
  return form === "kl" ? tf.sub(reached, logNu) : reached;
}

/**
 * Minus the entropic dual at g and the f that follows from it, in units of epsilon (Amos et al. 2022):
 * -(<f, mu> + <g, nu>) / epsilon in KL form, exact up to entropies of the marginals.
 */
function dual({ sample, predicted }: Predictions, { kernel, form }: ObjectiveSettings): BatchLoss {
  const [mu, nu] = halves(sample);
  const logNu = tf.log(nu);
  const logScaling = form === "kl" ? tf.add(predicted, logNu) : predicted;
  const kl = form === "kl" ? predicted : tf.sub(predicted, logNu);
  const f = tf.neg(kernel.logApply(logScaling));
  const values = tf.add(tf.sum(tf.mul(f, mu), 1), tf.sum(tf.mul(kl, nu), 1)); // [batch]
  return { loss: tf.neg(tf.mean(values)) as tf.Scalar, skipped: tf.scalar(0) };
}

/** mu and nu [batch, points] of a sample [batch, 2 * points]. */
function halves(sample: tf.Tensor): [mu: tf.Tensor, nu: tf.Tensor] {
  const [mu, nu] = tf.split(sample, 2, 1);
  return [mu, nu];
}

/** `compute()` as a constant of the tape; `on` are the tensors that it reads. */
function constant(on: tf.Tensor[], compute: () => tf.Tensor): tf.Tensor {
  return withoutGradient(on[0], () => compute());
}
