import * as tf from "@tensorflow/tfjs-core";
import type { Geometry, TensorKernel } from "../../../geometry/geometry.ts";
import type { BarycenterDomain } from "../options.ts";
import type { BarycenterReport } from "../report.ts";
import { solveOnDevice } from "../solve.ts";
import { barycenterComposed } from "../tensor/composed.ts";
import type { DebiasedOptions } from "./host.ts";

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

/**
 * Debiased Sinkhorn barycenters [B, N] (Janati, Cuturi, Gramfort 2020) after a fixed number of iterations, differentiable
 * by the tape; see `hostDebiasedBarycenter`. Throws InputError for shapes that do not match.
 */
export function debiasedBarycenterComposed(
  problem: DebiasedTensorProblem,
  options: { readonly epsilon: number; readonly iterations: number; readonly domain?: BarycenterDomain },
): tf.Tensor2D {
  return tf.tidy(() => barycenterComposed(problem, { ...options, debiased: true }).barycenters);
}

/** The same until the violation is at or below the tolerance, see `debiasedBarycenter`. */
export async function iterateOnDevice(
  problem: DebiasedTensorProblem,
  { epsilon, domain, maxIterations = 1000, tolerance = 1e-5 }: DebiasedTensorOptions,
): Promise<DebiasedTensors> {
  const options = { epsilon, iterations: maxIterations, tolerance, domain, debiased: true };
  const { barycenters, logScalings, ...report } = await solveOnDevice(problem, options);
  logScalings.dispose();
  return { barycenters, ...worstOf(report) };
}

/** What is said of all data points together. */
export function worstOf({ iterations, errors, status }: BarycenterReport): Omit<DebiasedTensors, "barycenters"> {
  return {
    iterations: Math.max(...iterations),
    error: Math.max(...errors), // NaN where one is
    status: (["non-finite", "max-iterations"] as const).find((worst) => status.includes(worst)) ?? "converged",
  };
}
