import * as tf from "@tensorflow/tfjs-core";
import { epsilonOf, type TensorKernel } from "../../geometry/geometry.ts";
import { LOG_ZERO } from "../../geometry/log-sum.ts";
import { exp, isRecorded } from "../../tensor/differentiable.ts";
import { isOnHost } from "../../tensor/placement.ts";
import { withoutGradient } from "../../tensor/without-gradient.ts";
import { hasMass, logMasses } from "../histograms.ts";
import type { SinkhornDomain } from "./options.ts";

/**
 * Half steps of Sinkhorn on tensors, differentiable by the tape. The variables are those of the KL form,
 * `P = a b^T exp((fKL + gKL - C) / epsilon)`: finite at zero masses, which therefore need no mask. A variable is fKL / epsilon
 * in the log domain and exp(fKL / epsilon) in the scaling domain.
 */
export interface TensorDomain {
  /** The first variable [..., n] from the second one [..., m]. */
  first(second: tf.Tensor): tf.Tensor;
  second(first: tf.Tensor): tf.Tensor;
  /** The first variable from a start g [..., m] in cost units, which is not looked at where b has no mass. */
  firstFromPotential(g: tf.Tensor): tf.Tensor;
  /** The start that stands for the potential zero. */
  zero(masses: tf.Tensor): tf.Tensor;
  /** before^(1 - omega) after^omega, in the scalings' sense. */
  relax(before: tf.Tensor, after: tf.Tensor, omega: number): tf.Tensor;
  /** |P 1 - a|_1 [...], from the first variable in P and the one that would follow from the second in P. */
  violation(now: tf.Tensor, next: tf.Tensor): tf.Tensor;
  /** fKL or gKL in cost units. */
  klPotential(variable: tf.Tensor): tf.Tensor;
}

/**
 * Largest C / epsilon for which float32 scalings are exact: an entry of K x is at least exp(-40) = 4e-18 times the largest
 * x, 1e20 times what underflow takes from it.
 */
const SCALING_RANGE = 40;

/** Smallest divisor at points without mass, where a product may underflow and the quotient is multiplied by zero. */
const SMALLEST_DIVISOR = 1e-37;

/** The domain that `auto` stands for. */
export function resolveDomain(domain: SinkhornDomain, kernel: TensorKernel): "log" | "scaling" {
  if (domain !== "auto") return domain;
  if (kernel.variables && !isOnHost()) return "log"; // values of a device are not looked at
  const { maxCost, epsilon } = kernel;
  return maxCost <= SCALING_RANGE * epsilon ? "scaling" : "log";
}

/** The half steps for a [..., n] and b [..., m]. Call inside tf.tidy: it holds tensors of its own. */
export function tensorDomain(domain: SinkhornDomain, kernel: TensorKernel, a: tf.Tensor, b: tf.Tensor): TensorDomain {
  return { log: logDomain, scaling: scalingDomain }[resolveDomain(domain, kernel)](kernel, a, b);
}

function logDomain(kernel: TensorKernel, a: tf.Tensor, b: tf.Tensor): TensorDomain {
  const logA = logMasses(a);
  const logB = logMasses(b);
  return {
    first: (second) => tf.neg(kernel.logApply(tf.add(second, logB))),
    second: (first) => tf.neg(kernel.logApplyTranspose(tf.add(first, logA))),
    firstFromPotential: (g) => tf.neg(kernel.logApply(logScaling(g, b, epsilonOf(kernel)))),
    zero: (masses) => tf.zerosLike(masses),
    relax: (before, after, omega) => (omega === 1 ? after : tf.add(tf.mul(before, 1 - omega), tf.mul(after, omega))),
    violation: (now, next) => tf.sum(tf.mul(a, tf.abs(tf.expm1(tf.sub(now, next)))), -1),
    klPotential: (variable) => tf.mul(variable, epsilonOf(kernel)),
  };
}

function scalingDomain(kernel: TensorKernel, a: tf.Tensor, b: tf.Tensor): TensorDomain {
  return {
    first: (second) => inverse(kernel.apply(tf.mul(second, b)), a),
    second: (first) => inverse(kernel.applyTranspose(tf.mul(first, a)), b),
    firstFromPotential(g) {
      // A constant in g changes nothing but the constant in f; with this one the largest scaling is 1.
      const logV = logScaling(g, b, epsilonOf(kernel));
      const largest = withoutGradient(logV, (values) => tf.max(values, -1, true));
      return inverse(kernel.apply(exp(tf.sub(logV, largest))), a);
    },
    zero: (masses) => tf.onesLike(masses),
    relax: (before, after, omega) =>
      omega === 1 ? after : exp(tf.add(tf.mul(tf.log(before), 1 - omega), tf.mul(tf.log(after), omega))),
    violation: (now, next) => tf.sum(tf.mul(a, tf.abs(tf.sub(tf.div(now, next), 1))), -1),
    klPotential: (variable) => tf.mul(tf.log(variable), epsilonOf(kernel)),
  };
}

/** g / epsilon, LOG_ZERO where b has no mass. */
function logScaling(g: tf.Tensor, b: tf.Tensor, epsilon: number | tf.Scalar): tf.Tensor {
  return tf.where(hasMass(b), tf.div(g, epsilon), tf.fill(b.shape, LOG_ZERO));
}

/**
 * 1 / x, with a bounded divisor where the masses are zero. Custom gradient -dy y y, multiplied from the left: tfjs' own
 * divides by x^2, which underflows in float32 from x = 1e-19. It saves x and y, and computes y anew for a gradient of the gradient.
 */
function inverse(x: tf.Tensor, masses: tf.Tensor): tf.Tensor {
  const floor = withoutGradient(masses, (values) =>
    tf.mul(tf.cast(tf.lessEqual(values, 0), "float32"), SMALLEST_DIVISOR),
  );
  return boundedInverse(x, floor);
}

/** 1 / max(x, floor), as if the floor were far below. */
function boundedInverse(x: tf.Tensor, floor: tf.Tensor): tf.Tensor {
  const operation = tf.customGrad((...inputs) => {
    const [input, least] = inputs as tf.Tensor[];
    const value = tf.tidy(() => tf.reciprocal(tf.maximum(input, least)));
    (inputs[2] as tf.GradSaveFunc)([input, least, value]);
    return {
      value,
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const y = isRecorded() ? boundedInverse(saved[0], saved[1]) : saved[2];
        return [tf.neg(tf.mul(tf.mul(dy, y), y)), tf.zerosLike(saved[1])];
      },
    };
  });
  return operation(x, floor);
}
