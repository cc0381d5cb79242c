import * as tf from "@tensorflow/tfjs-core";
import { requireKernel } from "../../geometry/checks.ts";
import type { TensorKernel } from "../../geometry/geometry.ts";
import { checkPairShapes } from "../histograms.ts";
import { requireBackend } from "../../tensor/require-backend.ts";
import { chooseSinkhorn } from "./choose.ts";
import type { TensorKlPotentials } from "./engine.ts";
import { resolveFixedOptions, type FixedSinkhornOptions } from "./options.ts";

/**
 * `OT(a, b) = min <P, C> + epsilon KL(P | a b^T)` of a [..., n] and b [..., m] after a fixed number of iterations, [...].
 *
 * Custom gradient by the envelope theorem: fKL in a and gKL in b (plus epsilon (M - 1) for a total mass M other than one).
 * It is exact at convergence; it saves the two potentials and nothing of the iterations, and it is itself a constant: there
 * are no second derivatives. Finite at zero masses. The value is the dual's, whose error is of second order in that of the
 * potentials. Throws InputError for shapes that do not fit; values are not read.
 */
export function entropicCost(
  a: tf.Tensor,
  b: tf.Tensor,
  kernel: TensorKernel,
  options: FixedSinkhornOptions = {},
): tf.Tensor {
  requireBackend("entropicCost");
  const run = resolveFixedOptions(options);
  requireKernel(kernel, "entropicCost");
  checkPairShapes(a, b, kernel.shape);
  const operation = tf.customGrad((...inputs) => {
    const [first, second] = inputs as tf.Tensor[];
    const save = inputs[2] as tf.GradSaveFunc;
    const [fKL, gKL, value] = tf.tidy(() => {
      const potentials = chooseSinkhorn(kernel, run.domain).klPotentials({ a: first, b: second }, run);
      return [potentials.fKL, potentials.gKL, dualValue(potentials, first, second, kernel.epsilon)];
    });
    const gradients = tf.tidy(() => [
      tf.add(fKL, excess(second, kernel.epsilon)),
      tf.add(gKL, excess(first, kernel.epsilon)),
    ]);
    tf.dispose([fKL, gKL]);
    save(gradients);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => saved.map((gradient) => tf.mul(tf.expandDims(dy, -1), gradient)),
    };
  });
  return operation(a, b);
}

/** <fKL, a> + <gKL, b> - epsilon (sum P - M^2), where sum P = sum a as the first marginal is exact. */
function dualValue({ fKL, gKL }: TensorKlPotentials, a: tf.Tensor, b: tf.Tensor, epsilon: number): tf.Tensor {
  const totalA = tf.sum(a, -1);
  const correction = tf.mul(tf.mul(totalA, tf.sub(tf.sum(b, -1), 1)), epsilon);
  return tf.add(tf.add(tf.sum(tf.mul(fKL, a), -1), tf.sum(tf.mul(gKL, b), -1)), correction);
}

/** epsilon (M - 1), [..., 1]: what the gradient has besides the potential; zero for histograms that sum to one. */
function excess(masses: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.mul(tf.sub(tf.sum(masses, -1, true), 1), epsilon);
}
