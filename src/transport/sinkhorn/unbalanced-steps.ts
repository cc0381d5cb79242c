import * as tf from "@tensorflow/tfjs-core";
import type { TensorKernel } from "../../geometry/geometry.ts";
import { LOG_ZERO } from "../../geometry/log-sum.ts";
import { withoutGradient } from "../../tensor/without-gradient.ts";
import { hasMass } from "../histograms.ts";
import type { SinkhornDomain } from "./options.ts";
import { marginalPenalty, type MarginalPenalty, type Sides } from "./rho.ts";
import { resolveDomain, tensorDomain, type TensorDomain } from "./tensor-domain.ts";
import { tensorExpm1, tensorLog1p } from "./tensor-penalties.ts";

/**
 * Half steps on tensors, balanced or not. Unbalanced, the potentials are `f + lambda` and `g - lambda`, as in `unbalancedIterateIn`:
 * the variables hold f and g, and lambda [..., 1] in cost units goes beside them; undefined stands for zero, and for balanced
 * problems.
 */
export interface SinkhornSteps extends Pick<TensorDomain, "zero" | "relax"> {
  /** The first variable, and lambda, from a start g [..., m] in cost units. */
  begin(g: tf.Tensor): { readonly first: tf.Tensor; readonly lambda: tf.Tensor | undefined };
  first(second: tf.Tensor, lambda?: tf.Tensor): tf.Tensor;
  second(first: tf.Tensor, lambda?: tf.Tensor): tf.Tensor;
  /** The best lambda; undefined for balanced problems. */
  translation(first: tf.Tensor, second: tf.Tensor): tf.Tensor | undefined;
  /** As a share of the total mass where that need not be one. */
  violation(now: tf.Tensor, next: tf.Tensor): tf.Tensor;
  /** fKL and gKL in cost units. */
  firstPotential(first: tf.Tensor, lambda?: tf.Tensor): tf.Tensor;
  secondPotential(second: tf.Tensor, lambda?: tf.Tensor): tf.Tensor;
}

/** The half steps for a [..., n] and b [..., m]. Call inside tf.tidy: it holds tensors of its own. */
export function sinkhornSteps(
  domain: SinkhornDomain,
  kernel: TensorKernel,
  a: tf.Tensor,
  b: tf.Tensor,
  rho: Sides | undefined,
): SinkhornSteps {
  const balanced = tensorDomain(domain, kernel, a, b);
  const penalty = marginalPenalty(rho, kernel.epsilon);
  if (penalty) return unbalancedSteps(balanced, penalty, resolveDomain(domain, kernel) === "log", a, b);
  return {
    ...balanced,
    begin: (g) => ({ first: balanced.firstFromPotential(g), lambda: undefined }),
    translation: () => undefined,
    firstPotential: (variable) => balanced.klPotential(variable),
    secondPotential: (variable) => balanced.klPotential(variable),
  };
}

function unbalancedSteps(
  balanced: TensorDomain,
  { tau, pull, share, harmonic }: MarginalPenalty,
  isLog: boolean,
  a: tf.Tensor,
  b: tf.Tensor,
): SinkhornSteps {
  const logOf = (variable: tf.Tensor): tf.Tensor => (isLog ? variable : tf.log(variable));
  const toVariable = (log: tf.Tensor): tf.Tensor => (isLog ? log : tf.exp(log));
  /** tau times the potential of a balanced half step, less what lambda stands for already. */
  const penalized = (variable: tf.Tensor, factor: number, pulled: number, lambda?: tf.Tensor): tf.Tensor => {
    if (factor === 1) return variable;
    const log = tf.mul(logOf(variable), factor);
    return toVariable(lambda ? tf.sub(log, tf.mul(lambda, pulled)) : log);
  };
  const [totalA, totalB] = [tf.sum(a, -1, true), tf.sum(b, -1, true)];

  return {
    zero: balanced.zero,
    relax: balanced.relax,
    begin(g) {
      const top = withoutGradient(g, (values) =>
        tf.max(tf.where(hasMass(b), values, tf.fill(values.shape, -Infinity)), -1, true),
      );
      const lambda = tf.neg(top);
      const first = balanced.firstFromPotential(tf.sub(g, top));
      return { first: penalized(first, tau.a, pull.a, lambda), lambda };
    },
    first: (second, lambda) => penalized(balanced.first(second), tau.a, pull.a, lambda),
    second: (first, lambda) => penalized(balanced.second(first), tau.b, -pull.b, lambda),
    translation(first, second) {
      const logRatio = tf.add(
        tf.log(tf.div(totalA, totalB)),
        tf.sub(logPenalized(a, totalA, logOf(first), share.a), logPenalized(b, totalB, logOf(second), share.b)),
      );
      return tf.mul(logRatio, harmonic);
    },
    violation: (now, next) => tf.div(balanced.violation(now, next), tf.squeeze(totalA, [-1])),
    firstPotential: (variable, lambda) => moved(balanced.klPotential(variable), lambda),
    secondPotential: (variable, lambda) => moved(balanced.klPotential(variable), lambda && tf.neg(lambda)),
  };
}

function moved(potential: tf.Tensor, by: tf.Tensor | undefined): tf.Tensor {
  return by ? tf.add(potential, by) : potential;
}

/** As `logPenalized` of rho.ts: log(<masses, exp(-share logKl)> / total) [..., 1]. */
function logPenalized(masses: tf.Tensor, total: tf.Tensor, logKl: tf.Tensor, share: number): tf.Tensor {
  if (share === 0) return tf.zerosLike(total);
  const present = hasMass(masses);
  const given = tf.mul(logKl, -share);
  const largest = withoutGradient(given, (values) =>
    tf.max(tf.where(present, values, tf.fill(values.shape, LOG_ZERO)), -1, true),
  );
  // where there is no mass the exponent may be anything that stays finite
  const exponents = tf.where(present, given, tf.mul(tf.onesLike(given), largest));
  const isNearOne = withoutGradient(exponents, (values) => tf.less(tf.max(tf.abs(values), -1, true), 1));
  const mean = (values: tf.Tensor): tf.Tensor => tf.div(tf.sum(tf.mul(masses, values), -1, true), total);
  const near = tensorLog1p(mean(tensorExpm1(tf.clipByValue(exponents, -1, 1))));
  const far = tf.add(tf.log(mean(tf.exp(tf.sub(exponents, largest)))), largest);
  return tf.where(isNearOne, near, far);
}
