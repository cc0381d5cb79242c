import * as tf from "@tensorflow/tfjs-core";
import { ndarray } from "../../../tensor/ndarray.ts";
import { isOnHost } from "../../../tensor/placement.ts";
import { hostDebiasedBarycenter } from "./host.ts";
import {
  iterateOnDevice,
  worstOf,
  type DebiasedTensorOptions,
  type DebiasedTensorProblem,
  type DebiasedTensors,
} from "./tensor.ts";

/**
 * Debiased Sinkhorn barycenters [B, N] (Janati, Cuturi, Gramfort 2020) until the error of `DebiasedBarycenters` is at or below
 * `tolerance`. Where tensors are host memory this is `hostDebiasedBarycenter`, a data point at a time in float64; on a device it
 * is `solveBarycenter` of debiased barycenters, in float32. Async: keep it outside `tf.tidy`. Throws InputError.
 */
export async function debiasedBarycenter(
  problem: DebiasedTensorProblem,
  options: DebiasedTensorOptions,
): Promise<DebiasedTensors> {
  return isOnHost() ? onHost(problem, options) : iterateOnDevice(problem, options);
}

async function onHost(
  { geometry, atoms, weights }: DebiasedTensorProblem,
  { tolerance = 1e-5, ...options }: DebiasedTensorOptions,
): Promise<DebiasedTensors> {
  const read = async (tensor: tf.Tensor) => ndarray((await tensor.data()) as Float32Array, tensor.shape);
  const problem = { geometry, atoms: await read(atoms), weights: await read(weights) };
  const { barycenters, ...report } = hostDebiasedBarycenter(problem, { ...options, tolerance });
  return {
    barycenters: tf.tensor2d(Float32Array.from(barycenters.data), barycenters.shape as [number, number]),
    ...worstOf(report),
  };
}
