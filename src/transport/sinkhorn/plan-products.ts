// Linear functionals of a plan P_ij = exp((f_i + g_j - C_ij) / epsilon) on tensors, by operators of the kernel: on the tape, in the
// potentials, the vectors and what of the kernel is a tensor. No plan is formed unless the kernel is made of tensors.
import * as tf from "@tensorflow/tfjs-core";
import { epsilonOf, type TensorKernel } from "../../geometry/geometry.ts";
import { LOG_ZERO } from "../../geometry/log-sum.ts";
import { exp } from "../../tensor/differentiable.ts";
import { withoutGradient } from "../../tensor/without-gradient.ts";
import type { TensorPotentials } from "./engine.ts";

/** P z: z [..., m] -> [..., n]. Leading dimensions of z and of the potentials are broadcast. */
export function planApply(kernel: TensorKernel, potentials: TensorPotentials, z: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const { f, g } = logScalings(kernel, potentials);
    return product((x) => kernel.logApply(x), f, g, z);
  });
}

/** P^T z: z [..., n] -> [..., m] */
export function planApplyTranspose(kernel: TensorKernel, potentials: TensorPotentials, z: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const { f, g } = logScalings(kernel, potentials);
    return product((x) => kernel.logApplyTranspose(x), g, f, z);
  });
}

/**
 * Where the plan of f [n] and g [m] sends the points of the first side, sum_j P_ij y_j / sum_j P_ij: y [m, d] -> [n, d]. Rows without
 * mass are zero.
 */
export function barycentricProjection(kernel: TensorKernel, potentials: TensorPotentials, y: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const sums = planApply(kernel, potentials, tf.transpose(y)); // [d, n]
    const masses = planApply(kernel, potentials, tf.onesLike(potentials.g));
    const absent = withoutGradient(masses, (values) => tf.cast(tf.lessEqual(values, 0), "float32"));
    return tf.transpose(tf.div<tf.Tensor2D>(sums, tf.add(masses, absent)));
  });
}

/** f / epsilon and g / epsilon, LOG_ZERO where there is no mass: there the quotient may leave float32. */
export function logScalings(kernel: TensorKernel, { f, g }: TensorPotentials): TensorPotentials {
  const scaled = (potential: tf.Tensor): tf.Tensor => {
    const present = withoutGradient(potential, (values) => tf.greater(values, LOG_ZERO));
    const quotient = tf.div(tf.where(present, potential, tf.zerosLike(potential)), epsilonOf(kernel));
    return tf.where(present, quotient, tf.fill(potential.shape, LOG_ZERO));
  };
  return { f: scaled(f), g: scaled(g) };
}

/** exp(own) K (exp(other) z), as that of z + c > 0 less that of c: logarithms have no sign. */
function product(logApply: (x: tf.Tensor) => tf.Tensor, own: tf.Tensor, other: tf.Tensor, z: tf.Tensor): tf.Tensor {
  const shift = withoutGradient(z, (values) => tf.sub(tf.max(tf.abs(values), -1, true), tf.min(values, -1, true)));
  const constant = withoutGradient(shift, (value) => tf.add(value, tf.cast(tf.equal(value, 0), "float32")));
  const all = exp(tf.add(own, logApply(tf.add(other, tf.log(tf.add(z, constant))))));
  return tf.sub(all, tf.mul(constant, exp(tf.add(own, logApply(other)))));
}
