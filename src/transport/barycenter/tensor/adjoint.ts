import * as tf from "@tensorflow/tfjs-core";
import { advance, type LogRecursion, type LogScalings } from "./recursion.ts";

export interface TensorGradients {
  /** [S, N] */
  readonly atoms: tf.Tensor2D;
  /** [B, S] */
  readonly weights: tf.Tensor2D;
}

/** What goes from an iteration to the one before it: gradients for log b and log a [B, S, N], and the sums so far. */
interface Carried extends TensorGradients {
  readonly logB: tf.Tensor;
  readonly logA: tf.Tensor;
}

/**
 * The adjoint of `ScalingEngine`, written out in tensor operations, from d loss / d P [B, N]. It keeps the log-scalings of
 * each iteration, 4 B S N bytes (twice that with heavy-ball), and computes everything else a second time; the tape would
 * keep ten times as much. Call it inside `tf.tidy`.
 */
export function tensorAdjoint(recursion: LogRecursion, start: LogScalings, gradient: tf.Tensor2D): TensorGradients {
  const { iterations } = recursion.options;
  const states: LogScalings[] = [start];
  while (states.length < iterations) {
    const from = states[states.length - 1];
    states.push(
      tf.tidy(() => {
        const { logA, logB } = advance(recursion, from);
        return recursion.options.memory === 0 ? { logA: logB, logB } : { logA, logB }; // a is remembered with heavy-ball
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
  const { logA, logC, logPhi, logP } = advance(recursion, from);
  const carried = given instanceof tf.Tensor ? undefined : given;
  const total = carried
    ? tf.mul(tf.sum(carried.logB, 1, true), update)
    : tf.mul(tf.expandDims(given as tf.Tensor2D, 1), tf.exp(logP)); // [B, 1, N]
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
    logB: carried && memory !== 0 ? tf.add(back, tf.mul(carried.logB, memory)) : back,
  };
}
