import * as tf from "@tensorflow/tfjs-core";
import { exp } from "../../../tensor/differentiable.ts";
import { largestCost, type Geometry, type TensorKernel } from "../../../geometry/geometry.ts";
import { LOG_ZERO } from "../../../geometry/log-sum.ts";
import { advance, logRecursion, type LogRecursion, type LogScalings } from "./recursion.ts";
import type { ResolvedOptions } from "../options.ts";
import { constant } from "./mean.ts";

/** B data points that share S atoms on a geometry of N points; float32. Values are not checked: see `BarycenterProblem`. */
export interface TensorBarycenterProblem {
  readonly geometry: Geometry;
  /** D [S, N] */
  readonly atoms: tf.Tensor2D;
  /** Lambda [B, S] */
  readonly weights: tf.Tensor2D;
  /** Log-scalings of an earlier result, see `logScalingShape`; constants for the gradients. */
  readonly start?: tf.Tensor | undefined;
}

export interface TensorBarycenters {
  /** P [B, N] */
  readonly barycenters: tf.Tensor2D;
  /** Final log-scalings, see `logScalingShape`; constants for the gradients. */
  readonly logScalings: tf.Tensor4D;
}

/**
 * Largest cost / epsilon for which float32 scalings stay in range: from histograms, weights on the simplex and a cold start
 * they lie within exp(+-2 cost / epsilon), up to a factor N.
 */
const SCALING_RANGE = 30;

/** What `auto` means where values cannot be looked at: the scaling domain if no problem on this geometry can leave it. */
export function tensorDomain(geometry: Geometry, { domain, epsilon }: ResolvedOptions): "scaling" | "log" {
  if (domain !== "auto") return domain;
  return largestCost(geometry) <= SCALING_RANGE * epsilon ? "scaling" : "log";
}

/** The recursion of a problem; every tensor that it makes belongs to the caller's `tf.tidy`. */
export function recursionOf(
  { geometry, atoms, weights }: TensorBarycenterProblem,
  kernel: TensorKernel,
  options: ResolvedOptions,
): LogRecursion {
  return logRecursion(kernel, atoms, weights, options, tensorDomain(geometry, options));
}

/** The log-scalings before the first iteration; a scalar `start` is log 1. */
export function startOf(recursion: LogRecursion, start: tf.Tensor | undefined): LogScalings {
  const { options, absent, points } = recursion;
  if (!start || start.rank === 0) {
    return {
      logA: tf.zerosLike(tf.expandDims(absent, 0)),
      logB: tf.zeros([1, absent.shape[0], points]),
      logDebias: options.debiased ? tf.zeros([1, 1, points]) : undefined,
    };
  }
  // An entry that had no mass starts at 1: its power would be infinite if it has mass now.
  const known = constant(start, (logs) => tf.mul(logs, tf.cast(tf.greater(logs, LOG_ZERO / 2), "float32")));
  const sides = tf.unstack(known, 1); // [B, S, N] each
  if (options.debiased) {
    const [logB, logDebias] = tf.split(sides[0], [absent.shape[0], 1], 1);
    return { logA: logB, logB, logDebias };
  }
  return { logB: sides[0], logA: options.sides === 2 ? sides[1] : sides[0] };
}

/** All iterations, in logarithms; differentiable by the tape. log p [B, 1, N]. */
export function iterateRecursion(
  recursion: LogRecursion,
  start: LogScalings,
): LogScalings & { readonly logP: tf.Tensor } {
  const { options } = recursion;
  let scalings = start;
  let logP: tf.Tensor | undefined;
  for (let iteration = 0; iteration < options.iterations; iteration++) {
    const { logP: next, ...reached } = tf.tidy(() => {
      const { logA, logB, logDebias, logP } = advance(recursion, scalings);
      return { logA, logB, logDebias, logP };
    });
    scalings = reached;
    logP = next;
  }
  return { ...scalings, logP: logP! };
}

/** Barycenters and log-scalings after all iterations; differentiable by the tape. */
export function runRecursion(recursion: LogRecursion, start: LogScalings): TensorBarycenters {
  return outcomeOf(recursion, iterateRecursion(recursion, start));
}

export function outcomeOf(
  { options, weights, absent }: LogRecursion,
  { logA, logB, logDebias, logP }: LogScalings & { readonly logP: tf.Tensor },
): TensorBarycenters {
  const [batch] = weights.shape;
  const [count] = absent.shape;
  const points = logP.shape[2]!;
  const wide = (logs: tf.Tensor, rows: number): tf.Tensor => tf.broadcastTo(logs, [batch, rows, points]);
  return {
    barycenters: tf.reshape(exp(logP), [batch, points]),
    logScalings: logDebias
      ? stackScalings([tf.concat([wide(logB, count), wide(logDebias, 1)], 1)], [batch, count + 1, points])
      : stackScalings([logB, tf.add(logA, absent)].slice(0, options.sides), [batch, count, points]),
  };
}

/** The errors [B] of scalings, see `BarycenterReport`. */
export function errorsOf(
  { options, lift, logMass, absent }: LogRecursion,
  { logA, logB, logDebias, logP }: LogScalings & { readonly logP: tf.Tensor },
): tf.Tensor1D {
  const logC = lift.log("forward", logB);
  const offset = tf.add(absent, logC);
  const next = tf.mul(tf.sub(logMass, logC), options.marginal);
  const distance = tf.abs(tf.sub(tf.exp(tf.add(logA, offset)), tf.exp(tf.add(next, offset))));
  const mass = tf.max(tf.sum(tf.exp(tf.add(logMass, absent)), 1));
  const ofAtoms = tf.max(tf.sum(distance, 2), 1);
  if (!logDebias) return tf.div<tf.Tensor1D>(ofAtoms, mass);
  const marginal = tf.exp(tf.add(logDebias, lift.log("forward", logDebias)));
  const ofDebias = tf.squeeze(tf.sum(tf.abs(tf.sub(marginal, tf.exp(logP))), 2), [1]);
  return tf.div<tf.Tensor1D>(tf.maximum(ofAtoms, ofDebias), mass);
}

/** Log-scalings [B or 1, S, N] a side -> [B, sides, S, N], as constants. */
export function stackScalings(sides: readonly tf.Tensor[], shape: [number, number, number]): tf.Tensor4D {
  const full = sides.map((side) => tf.broadcastTo(constant(side), shape));
  return tf.stack(full, 1) as tf.Tensor4D;
}
