import * as tf from "@tensorflow/tfjs-core";
import { exp } from "../../../tensor/differentiable.ts";
import type { TensorKernel } from "../../../geometry/geometry.ts";
import { LOG_ZERO } from "../../../geometry/log-sum.ts";
import type { ResolvedOptions } from "../options.ts";
import { constant, tensorMean, type TensorMean } from "./mean.ts";

/**
 * Log-scalings [B, S, M] (a) and [B, S, N] (b), or [1, S, ...] where all data points agree (a cold start). Where an atom has no mass `logA` is that
 * of mass 1, so that powers of it stay harmless; `absent` is added where it is used.
 */
export interface LogScalings {
  readonly logA: tf.Tensor;
  readonly logB: tf.Tensor;
  /** log D [B or 1, 1, N], where debiased. */
  readonly logDebias?: tf.Tensor | undefined;
}

export interface LogIteration extends LogScalings {
  readonly logC: tf.Tensor;
  readonly logPhi: tf.Tensor;
  /** [B, 1, N] */
  readonly logP: tf.Tensor;
  /** log K D of the D before, where debiased. */
  readonly logDebiasProduct?: tf.Tensor | undefined;
}

/** K x or K^T x for x = h exp(logWeight) of either sign; `times` multiplies by exp(logFactor). */
interface SignedProduct {
  times(logFactor: tf.Tensor): tf.Tensor;
}

type Side = "forward" | "transpose";

/** How the kernel meets log-scalings: through exponentials, or by log-sum-exp. */
interface Lift {
  log(side: Side, x: tf.Tensor): tf.Tensor;
  /** Not for the tape. */
  signed(side: Side, h: tf.Tensor, logWeight: tf.Tensor): SignedProduct;
}

/** A problem set up for the recursion of `ScalingEngine` on log-scalings, in float32 on the current backend. */
export interface LogRecursion {
  readonly options: ResolvedOptions;
  readonly mean: TensorMean;
  readonly lift: Lift;
  /** [B, S, 1] */
  readonly weights: tf.Tensor;
  /** N of the barycenter, which need not be the M points of the atoms. */
  readonly points: number;
  /** log d [S, M], 0 where there is no mass. */
  readonly logMass: tf.Tensor;
  /** 0 where there is mass, `LOG_ZERO` where there is none. */
  readonly absent: tf.Tensor;
}

/** `domain` is resolved: the caller has decided what `auto` means. */
export function logRecursion(
  kernel: TensorKernel,
  atoms: tf.Tensor2D,
  weights: tf.Tensor2D,
  options: ResolvedOptions,
  domain: "scaling" | "log",
): LogRecursion {
  const empty = constant(atoms, (masses) => tf.cast(tf.equal(masses, 0), "float32"));
  return {
    options,
    mean: tensorMean(options.power),
    lift: (domain === "log" ? logLift : scalingLift)(kernel),
    weights: tf.expandDims(weights, 2),
    points: kernel.shape[1],
    logMass: tf.log(tf.add(atoms, empty)),
    absent: tf.mul(empty, LOG_ZERO),
  };
}

/** One iteration; differentiable by the tape. */
export function advance(recursion: LogRecursion, from: LogScalings): LogIteration {
  const { lift, mean, options, weights, logMass, absent } = recursion;
  const follow = (previous: tf.Tensor, numerator: tf.Tensor, denominator: tf.Tensor): tf.Tensor => {
    const next = tf.mul(tf.sub(numerator, denominator), options.update);
    return options.memory === 0 ? next : tf.add(next, tf.mul(previous, options.memory));
  };
  const logC = lift.log("forward", from.logB);
  const logA = follow(from.logA, logMass, logC);
  const logPhi = lift.log("transpose", tf.add(logA, absent));
  const logMean = mean.apply(weights, logPhi);
  if (!from.logDebias) return { logA, logB: follow(from.logB, logMean, logPhi), logC, logPhi, logP: logMean };
  const logP = tf.add(logMean, from.logDebias);
  const logDebiasProduct = lift.log("forward", from.logDebias);
  const logDebias = tf.div(tf.sub(tf.add(from.logDebias, logP), logDebiasProduct), 2);
  return { logA, logB: tf.sub(logP, logPhi), logDebias, logC, logPhi, logP, logDebiasProduct };
}

function scalingLift(kernel: TensorKernel): Lift {
  const product = (side: Side, x: tf.Tensor): tf.Tensor =>
    side === "forward" ? kernel.apply(x) : kernel.applyTranspose(x);
  return {
    log: (side, x) => tf.log(product(side, exp(x))),
    signed(side, h, logWeight) {
      const result = product(side, tf.mul(h, exp(logWeight)));
      return { times: (logFactor) => tf.mul(exp(logFactor), result) };
    },
  };
}

function logLift(kernel: TensorKernel): Lift {
  const log = (side: Side, x: tf.Tensor): tf.Tensor =>
    side === "forward" ? kernel.logApply(x) : kernel.logApplyTranspose(x);
  return {
    log,
    signed(side, h, logWeight) {
      // log of the part of one sign; the branch that is not taken may be NaN
      const part = (x: tf.Tensor): tf.Tensor =>
        log(side, tf.where(tf.greater(x, 0), tf.add(tf.log(x), logWeight), tf.fill(x.shape, LOG_ZERO)));
      const positive = part(h);
      const negative = part(tf.neg(h));
      return {
        times: (logFactor) => tf.sub(exp(tf.add(logFactor, positive)), exp(tf.add(logFactor, negative))),
      };
    },
  };
}
