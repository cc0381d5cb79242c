import * as tf from "@tensorflow/tfjs-core";
import { advance, type LogRecursion, type LogScalings } from "./recursion.ts";

export interface TensorGradients {
  /** [S, N] */
  readonly atoms: tf.Tensor2D;
  /** [B, S] */
  readonly weights: tf.Tensor2D;
}

/** What goes from an iteration to the one before it: gradients for log b and log a [B, S, N] and log D [B, 1, N], and the sums so far. */
interface Carried extends TensorGradients, LogScalings {}

/**
 * The adjoint of `ScalingEngine`, written out in tensor operations, from d loss / d P [B, N]. It keeps the log-scalings of
 * each iteration, 4 B S N bytes (twice that with heavy-ball, 4 B N more where debiased), and computes everything else a second time; the tape would
 * keep ten times as much. Call it inside `tf.tidy`.
 */
export function tensorAdjoint(recursion: LogRecursion, start: LogScalings, gradient: tf.Tensor2D): TensorGradients {
  const { iterations } = recursion.options;
  const states: LogScalings[] = [start];
  while (states.length < iterations) {
    const from = states[states.length - 1];
    states.push(
      tf.tidy(() => {
        const { logA, logB, logDebias } = advance(recursion, from);
        return { logA: recursion.options.memory === 0 ? logB : logA, logB, logDebias }; // a is remembered with heavy-ball
      }),
    );
  }
  let carried: Carried | undefined;
  for (let iteration = iterations - 1; iteration >= 0; iteration--) {
    const before = carried;
    const state = states[iteration];
    carried = tf.tidy(() => ({ ...pullBack(recursion, state, before ?? gradient, iteration === 0) }));
    tf.dispose(before ? { ...before } : []);
  }
  return carried!;
}

function pullBack(recursion: LogRecursion, from: LogScalings, given: Carried | tf.Tensor2D, isFirst: boolean): Carried {
  const { options, mean, lift, weights, logMass, absent } = recursion;
  const { memory, update, plain } = options;
  const { logA, logC, logPhi, logP, logDebiasProduct } = advance(recursion, from);
  const carried = given instanceof tf.Tensor ? undefined : given;
  const total = carried ? totalOf(carried, update) : tf.mul(tf.expandDims(given as tf.Tensor2D, 1), tf.exp(logP)); // [B, 1, N]
  const pulled = mean.pullBack(weights, logPhi, logP, total);
  const h = carried ? tf.sub(pulled.logPhi, tf.mul(carried.logB, update)) : pulled.logPhi; // [B, S, N]
  const product = lift.signed("forward", h, tf.neg(logPhi));
  const fromPhi = product.times(tf.add(logA, absent));
  const q = carried ? tf.add(fromPhi, carried.logA) : fromPhi;
  // A pixel without mass has q = 0 and logMass = 0 in the variants, so that its gradient is 0 there.
  const perPoint = plain ? product.times(tf.neg(logC)) : tf.mul(q, tf.mul(tf.exp(tf.neg(logMass)), update));
  const atoms = tf.sum<tf.Tensor2D>(perPoint, 0);
  const sums = {
    atoms: carried ? tf.add<tf.Tensor2D>(carried.atoms, atoms) : atoms,
    weights: (carried ? tf.add(carried.weights, pulled.weights) : pulled.weights) as tf.Tensor2D,
  };
  if (isFirst) return { ...sums, logA: tf.scalar(0), logB: tf.scalar(0) };
  const back = tf.mul(lift.signed("transpose", q, tf.neg(logC)).times(from.logB), -update);
  return {
    ...sums,
    logA: tf.mul(q, memory),
    logDebias: from.logDebias && debiasBefore(recursion, total, carried?.logDebias, from.logDebias, logDebiasProduct!),
    logB: carried && memory !== 0 ? tf.add(back, tf.mul(carried.logB, memory)) : back,
  };
}

/** The gradient with respect to log p of an iteration that others follow. */
function totalOf({ logB, logDebias }: LogScalings, update: number): tf.Tensor {
  const ofB = tf.mul(tf.sum(logB, 1, true), update);
  return logDebias ? tf.add(ofB, tf.div(logDebias, 2)) : ofB;
}

/** The gradient with respect to the log D before: G + r / 2 - D * K(r / (2 K D)), r = `after` that of the new one, if it was used. */
function debiasBefore(
  { lift }: LogRecursion,
  total: tf.Tensor,
  after: tf.Tensor | undefined,
  logDebias: tf.Tensor,
  logProduct: tf.Tensor,
): tf.Tensor {
  if (!after) return total;
  const half = tf.div(after, 2);
  const throughProduct = lift.signed("transpose", half, tf.neg(logProduct)).times(logDebias);
  return tf.sub(tf.add(total, half), throughProduct);
}
