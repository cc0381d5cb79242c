import * as tf from "@tensorflow/tfjs-core";
import { exp } from "../../../tensor/differentiable.ts";

/** `LogMean` on tensors: log p [B, 1, N] from log phi [B or 1, S, N], and its adjoint. */
export interface TensorMean {
  /** Differentiable by the tape. `weights` [B, S, 1]. */
  apply(weights: tf.Tensor, logPhi: tf.Tensor): tf.Tensor;
  /** From d loss / d log p [B, 1, N] to d loss / d log phi [B, S, N] and d loss / d weights [B, S]. */
  pullBack(
    weights: tf.Tensor,
    logPhi: tf.Tensor,
    logP: tf.Tensor,
    gradient: tf.Tensor,
  ): { readonly logPhi: tf.Tensor; readonly weights: tf.Tensor };
}

/** The mean with the given exponent; 0 is the geometric mean. */
export function tensorMean(power: number): TensorMean {
  return power === 0 ? geometricMean : powerMean(power);
}

const geometricMean: TensorMean = {
  apply: (weights, logPhi) => tf.sum(tf.mul(weights, logPhi), 1, true),
  pullBack: (weights, logPhi, _, gradient) => ({
    logPhi: tf.mul(weights, gradient),
    weights: tf.sum(tf.mul(gradient, logPhi), 2),
  }),
};

function powerMean(power: number): TensorMean {
  return {
    apply(weights, logPhi) {
      const largest = constant(logPhi, (logs) => tf.max(logs, 1, true));
      const sum = tf.sum(tf.mul(weights, exp(tf.mul(tf.sub(logPhi, largest), power))), 1, true);
      return tf.add(tf.div(tf.log(sum), power), largest);
    },
    pullBack(weights, logPhi, logP, gradient) {
      const perWeight = tf.mul(gradient, exp(tf.mul(tf.sub(logPhi, logP), power)));
      return { logPhi: tf.mul(weights, perWeight), weights: tf.div(tf.sum(perWeight, 2), power) };
    },
  };
}

/** `map` of x, x itself by default, as a constant for the tape. */
export function constant(x: tf.Tensor, map: (x: tf.Tensor) => tf.Tensor = tf.clone): tf.Tensor {
  const operation = tf.customGrad((input) => {
    const { shape } = input as tf.Tensor;
    return { value: tf.tidy(() => map(input as tf.Tensor)), gradFunc: () => tf.zeros(shape) };
  });
  return operation(x);
}
