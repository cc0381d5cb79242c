import * as tf from "@tensorflow/tfjs-core";
import { exp } from "../../../tensor/differentiable.ts";
import type { Geometry, TensorKernel } from "../../../geometry/geometry.ts";
import type { DebiasedOptions } from "./host.ts";
import type { LogRecursion } from "../tensor/recursion.ts";
import { resolveBarycenterOptions, type BarycenterDomain } from "../options.ts";
import { checkShapes } from "../problem.ts";
import { recursionOf } from "../tensor/problem.ts";

export interface DebiasedTensorProblem {
  /** With a symmetric cost. */
  readonly geometry: Geometry;
  /** `geometry.kernel(epsilon)`; dispose of it after the gradients. */
  readonly kernel: TensorKernel;
  /** [S, N] */
  readonly atoms: tf.Tensor2D;
  /** [B, S] */
  readonly weights: tf.Tensor2D;
}

export type DebiasedTensorOptions = DebiasedOptions & {
  /** Of tensor operations; the host needs none. @default "auto" */
  readonly domain?: BarycenterDomain;
};

export interface DebiasedTensors {
  /** [B, N] */
  readonly barycenters: tf.Tensor2D;
  /** Until the last data point was done. */
  readonly iterations: number;
  /** The largest violation at exit. */
  readonly error: number;
  readonly status: "converged" | "max-iterations" | "non-finite";
}

interface State {
  readonly logA: tf.Tensor;
  readonly logB: tf.Tensor;
  readonly logDebias: tf.Tensor;
  /** [B, 1, N] */
  readonly logP: tf.Tensor;
}

/** Iterations between two looks at the violation, each of which waits for the device. */
const CHECK_EVERY = 10;

/**
 * Debiased Sinkhorn barycenters [B, N] (Janati, Cuturi, Gramfort 2020) after a fixed number of iterations, differentiable
 * by the tape; see `hostDebiasedBarycenter`. Throws InputError for shapes that do not match.
 */
export function debiasedBarycenterComposed(
  problem: DebiasedTensorProblem,
  options: { readonly epsilon: number; readonly iterations: number; readonly domain?: BarycenterDomain },
): tf.Tensor2D {
  return tf.tidy(() => {
    const recursion = debiasedRecursion(problem, options);
    return barycentersOf(iterate(recursion, coldStart(recursion), options.iterations));
  });
}

/** The same until the violation is at or below the tolerance, see `debiasedBarycenter`. */
export async function iterateOnDevice(
  problem: DebiasedTensorProblem,
  options: DebiasedTensorOptions,
): Promise<DebiasedTensors> {
  const { epsilon, domain, maxIterations = 1000, tolerance = 1e-5 } = options;
  const operator = { epsilon, iterations: maxIterations, domain };
  let iterations = 0;
  let error = Infinity;
  let state: State | undefined;
  while (iterations < maxIterations && !(error <= tolerance) && !Number.isNaN(error)) {
    const from = state;
    const count = Math.min(CHECK_EVERY, maxIterations - iterations);
    const { violation, ...next } = tf.tidy(() => {
      const recursion = debiasedRecursion(problem, operator);
      const reached = iterate(recursion, from ?? coldStart(recursion), count);
      return { ...reached, violation: violationOf(recursion, problem.atoms, reached) };
    });
    tf.dispose(from ? { ...from } : []);
    state = next;
    iterations += count;
    [error] = await violation.data();
    violation.dispose();
  }
  const reached = state!;
  const barycenters = barycentersOf(reached);
  tf.dispose({ ...reached });
  const status = Number.isNaN(error) ? "non-finite" : error <= tolerance ? "converged" : "max-iterations";
  return { barycenters, iterations, error, status };
}

function debiasedRecursion(
  { geometry, kernel, atoms, weights }: DebiasedTensorProblem,
  options: { readonly epsilon: number; readonly iterations: number; readonly domain?: BarycenterDomain | undefined },
): LogRecursion {
  const resolved = resolveBarycenterOptions({ ...options, debiased: true });
  checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape }, resolved);
  return recursionOf({ geometry, atoms, weights }, kernel, resolved);
}

function coldStart({ absent, weights }: LogRecursion): State {
  const zeros = tf.zerosLike(tf.expandDims(absent, 0)); // [1, S, N]
  const zero = tf.zeros([weights.shape[0], 1, zeros.shape[2]!]);
  return { logA: zeros, logB: tf.clone(zeros), logDebias: zero, logP: tf.clone(zero) };
}

function iterate(recursion: LogRecursion, start: State, iterations: number): State {
  let state = start;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const from = state;
    state = tf.tidy(() => ({ ...advance(recursion, from) }));
  }
  return state;
}

function advance({ lift, mean, weights, logMass, absent }: LogRecursion, from: State): State {
  const logA = tf.add(tf.sub(logMass, lift.log("forward", from.logB)), absent);
  const logPhi = lift.log("transpose", logA);
  const logP = tf.add(mean.apply(weights, logPhi), from.logDebias);
  const logDebias = tf.div(tf.sub(tf.add(from.logDebias, logP), lift.log("forward", from.logDebias)), 2);
  return { logA, logB: tf.sub(logP, logPhi), logDebias, logP };
}

/** Largest |a K b - d|_1 and |D K D - p|_1, as a share of the largest mass: a scalar. */
function violationOf({ lift }: LogRecursion, atoms: tf.Tensor2D, { logA, logB, logDebias, logP }: State): tf.Scalar {
  const distance = (logs: tf.Tensor, masses: tf.Tensor): tf.Tensor =>
    tf.max(tf.sum(tf.abs(tf.sub(exp(logs), masses)), -1));
  const marginals = distance(tf.add(logA, lift.log("forward", logB)), atoms);
  const debias = distance(tf.add(logDebias, lift.log("forward", logDebias)), exp(logP));
  return tf.div<tf.Scalar>(tf.maximum(marginals, debias), tf.max(tf.sum(atoms, 1)));
}

function barycentersOf({ logP }: State): tf.Tensor2D {
  return tf.tidy(() => tf.squeeze<tf.Tensor2D>(exp(logP), [1]));
}
