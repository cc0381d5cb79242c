// The functions of penalties.ts on tensors: differentiable, and exact in float32 where a penalty is large.
import * as tf from "@tensorflow/tfjs-core";
import { withoutGradient } from "../../tensor/without-gradient.ts";
import type { TensorKlPotentials } from "./engine.ts";
import type { Sides } from "./rho.ts";

/** What a series is good for up to float32's rounding. */
const EXP_RANGE = 0.5;
const EXP_TERMS = 9;
const LOG_RANGE = 0.5;
const LOG_TERMS = 5;

/** exp(x) - 1, exact near zero on every backend: some compute it as it is written. */
export function tensorExpm1(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const near = tf.clipByValue(x, -EXP_RANGE, EXP_RANGE);
    let series: tf.Tensor = tf.onesLike(x); // 1 + x / 2 (1 + x / 3 (...))
    for (let k = EXP_TERMS; k > 1; k--) series = tf.add(1, tf.mul(series, tf.div(near, k)));
    const isNear = isWithin(x, EXP_RANGE);
    return tf.where(isNear, tf.mul(near, series), tf.sub(tf.exp(x), 1));
  });
}

/** log(1 + x), exact near zero: 2 artanh(x / (2 + x)) there. */
export function tensorLog1p(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => {
    const near = tf.clipByValue(x, -LOG_RANGE, LOG_RANGE);
    const z = tf.div(near, tf.add(near, 2));
    const square = tf.mul(z, z);
    let series: tf.Tensor = tf.zerosLike(x);
    for (let k = LOG_TERMS; k >= 0; k--) series = tf.add(1 / (2 * k + 1), tf.mul(series, square));
    const isNear = isWithin(x, LOG_RANGE);
    return tf.where(isNear, tf.mul(tf.mul(z, series), 2), tf.log(tf.add(x, 1)));
  });
}

function isWithin(x: tf.Tensor, range: number): tf.Tensor {
  return withoutGradient(x, (values) => tf.lessEqual(tf.abs(values), range));
}

/** -rho (exp(-f / rho) - 1): f itself where rho is infinite. */
function penalizedPotential(f: tf.Tensor, rho: number): tf.Tensor {
  return rho === Infinity ? f : tf.mul(tensorExpm1(tf.div(f, -rho)), -rho);
}

/** As `penalizedGradient` of penalties.ts. */
function penalizedGradient(f: tf.Tensor, rho: number, epsilon: number): tf.Tensor {
  return rho === Infinity ? f : tf.mul(penalizedPotential(f, rho), 1 + epsilon / rho);
}

/**
 * The unbalanced dual value [...] at KL potentials whose first one has just followed from the second: -rho.a <a, exp(-fKL / rho.a)
 * - 1> - rho.b <b, exp(-gKL / rho.b) - 1> - epsilon (sum P - m_a m_b), where sum P = <a, exp(-fKL / rho.a)>.
 */
export function unbalancedValue(
  { fKL, gKL }: TensorKlPotentials,
  a: tf.Tensor,
  b: tf.Tensor,
  epsilon: number,
  rho: Sides,
): tf.Tensor {
  return tf.tidy(() => {
    const ofA = tf.sum(tf.mul(penalizedGradient(fKL, rho.a, epsilon), a), -1);
    const ofB = tf.sum(tf.mul(penalizedPotential(gKL, rho.b), b), -1);
    const totalA = tf.sum(a, -1);
    const ofMasses = tf.mul(tf.mul(totalA, tf.sub(tf.sum(b, -1), 1)), epsilon); // rho.a and epsilon times m_a are in ofA
    return tf.add(tf.add(ofA, ofB), ofMasses);
  });
}

/** The derivatives of that value in a [..., n] and b [..., m], by the envelope theorem; finite at zero masses. */
export function unbalancedGradients(
  { fKL, gKL }: TensorKlPotentials,
  a: tf.Tensor,
  b: tf.Tensor,
  epsilon: number,
  rho: Sides,
): [ofA: tf.Tensor, ofB: tf.Tensor] {
  const excess = (masses: tf.Tensor): tf.Tensor => tf.mul(tf.sub(tf.sum(masses, -1, true), 1), epsilon);
  return tf.tidy(() => [
    tf.add(penalizedGradient(fKL, rho.a, epsilon), excess(b)),
    tf.add(penalizedGradient(gKL, rho.b, epsilon), excess(a)),
  ]);
}

/** As `divergenceGradient` of penalties.ts. */
export function divergenceGradient(f: tf.Tensor, own: tf.Tensor, rho: number, epsilon: number): tf.Tensor {
  if (rho === Infinity) return tf.sub(f, own);
  return tf.mul(tf.exp(tf.div(own, -rho)), penalizedGradient(tf.sub(f, own), rho, epsilon));
}

/**
 * The unbalanced divergence [...] from its gradients (`divergenceGradient`) and potentials: the three dual values and epsilon (m_a -
 * m_b)^2 / 2 come to sums of differences, `-(rho + epsilon / 2) <a, exp(-fKL_ab / rho) - exp(-fKL_aa / rho)>` and the same for b, and
 * half of epsilon times what the plan's mass differs between the sides where iterations have not converged.
 */
export function unbalancedDivergence(
  [gradientA, gradientB]: readonly [tf.Tensor, tf.Tensor],
  { fKL, gKL }: TensorKlPotentials,
  [a, b]: readonly [tf.Tensor, tf.Tensor],
  rho: number,
  epsilon: number,
): tf.Tensor {
  const massOf = (potential: tf.Tensor, masses: tf.Tensor) =>
    tf.sum(tf.mul(masses, tf.exp(tf.div(potential, -rho))), -1);
  return tf.tidy(() => {
    const sums = tf.add(tf.sum(tf.mul(gradientA, a), -1), tf.sum(tf.mul(gradientB, b), -1));
    const converged = tf.mul(sums, (rho + epsilon / 2) / (rho + epsilon));
    return tf.add(converged, tf.mul(tf.sub(massOf(gKL, b), massOf(fKL, a)), epsilon / 2));
  });
}
