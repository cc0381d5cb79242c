import * as tf from "@tensorflow/tfjs-core";
import type { TensorKernel } from "../../geometry/geometry.ts";
import { ndarray, type NdArray } from "../../tensor/ndarray.ts";
import { chooseBarycenterEngine } from "./choose.ts";
import type { DeviceEngine } from "./engine.ts";
import { barycenterOperator } from "./operator.ts";
import { logScalingShape, resolveBarycenterOptions, type BarycenterOptions } from "./options.ts";
import { atOnce } from "./pieces.ts";
import { checkShapes } from "./problem.ts";
import { reportOf, type BarycenterReport } from "./report.ts";
import type { TensorBarycenterProblem, TensorBarycenters } from "./tensor/problem.ts";

/** Iterations between two looks at the errors, each of which waits for the device. */
const CHECK_EVERY = 10;

/**
 * Wasserstein barycenters as `barycenter` computes them, with what their iterations reached: each data point until its error is at or
 * below `tolerance`, or after `iterations`. Float32, whose errors end at about 1e-6 of the mass; on a device all data points go on
 * until the last of them is there, looked at every 10 iterations. The log-scalings are a start: `barycenter` of a few iterations
 * from there is differentiable. Async: keep it outside `tf.tidy`.
 *
 * Throws InputError as `barycenter` does. A result that is not finite has that status, and is not thrown.
 */
export async function solveBarycenter(
  problem: TensorBarycenterProblem,
  options: BarycenterOptions,
): Promise<TensorBarycenters & BarycenterReport> {
  const { geometry, atoms, weights, start } = problem;
  const resolved = resolveBarycenterOptions(options);
  checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape, start: start?.shape }, resolved);
  const engine = chooseBarycenterEngine(geometry, options);
  if (engine.place === "device") return solveOnDevice(problem, options);
  const [arrays, lambda] = [await read(atoms), await read(weights)];
  const inputs = { atoms: arrays, weights: lambda, start: start && (await read(start)) };
  const { barycenters, logScalings, ...report } = await barycenterOperator(engine).solve(inputs);
  const [batch, count] = weights.shape;
  const points = geometry.shape[1];
  return {
    barycenters: tf.tensor2d(Float32Array.from(barycenters), [batch, points]),
    logScalings: tf.tensor4d(logScalings, logScalingShape(resolved, batch, count, points)),
    ...report,
  };
}

/** The same on the device of the current backend. `kernel` is `geometry.kernel(epsilon)` where the caller has one. */
export async function solveOnDevice(
  { geometry, atoms, weights, start, kernel: given }: TensorBarycenterProblem & { readonly kernel?: TensorKernel },
  options: BarycenterOptions,
): Promise<TensorBarycenters & BarycenterReport> {
  const { iterations, tolerance } = resolveBarycenterOptions(options);
  const wanted = ["barycenters", "logScalings", "errors"] as const;
  const kernel = given ?? geometry.kernel(options.epsilon);
  let done = 0;
  let reached: TensorBarycenters | undefined;
  let errors: Float32Array | undefined;
  const isDone = () => tolerance > 0 && errors?.every((error) => error <= tolerance || Number.isNaN(error));
  try {
    while (done < iterations && !isDone()) {
      const count = tolerance > 0 ? Math.min(CHECK_EVERY, iterations - done) : iterations;
      const piece = { ...options, iterations: count, tolerance: 0 };
      const engine = chooseBarycenterEngine(geometry, piece, kernel) as DeviceEngine;
      const from = reached?.logScalings ?? start;
      const { errors: measured, ...next } = tf.tidy(() => ({
        ...atOnce(engine.forward({ atoms, weights, start: from }, wanted)),
      }));
      engine.dispose();
      tf.dispose(reached ? { ...reached } : []);
      reached = next as TensorBarycenters;
      errors = (await measured.data()) as Float32Array;
      measured.dispose();
      done += count;
    }
  } finally {
    if (!given) kernel.dispose();
  }
  const all = Array.from({ length: weights.shape[0] }, () => done);
  return { ...reached!, ...reportOf(all, errors!, tolerance) };
}

async function read(tensor: tf.Tensor): Promise<NdArray> {
  return ndarray((await tensor.data()) as Float32Array, tensor.shape);
}
