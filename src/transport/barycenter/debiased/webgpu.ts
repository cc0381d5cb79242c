import * as tf from "@tensorflow/tfjs-core";
import { FieldPool } from "../../../webgpu/barycenter/field-pool.ts";
import { forwardRows, KEPT_BYTES } from "../../../webgpu/barycenter/groups.ts";
import { kernelPasses, matrixBytes } from "../../../webgpu/barycenter/kernel-passes.ts";
import { copyRows, logMasses } from "../../../webgpu/barycenter/pointwise.ts";
import { Recursion, type Scalings } from "../../../webgpu/barycenter/recursion.ts";
import { allocate, asTensor, clear, readBack, release } from "../../../webgpu/launch.ts";
import { kernelLimits } from "../../../webgpu/limits.ts";
import { resolveBarycenterOptions, type ResolvedOptions } from "../options.ts";
import { checkShapes } from "../problem.ts";
import { COLD, violationsOf, writeViolations } from "../webgpu/scalings.ts";
import type { DebiasedTensorOptions, DebiasedTensorProblem, DebiasedTensors } from "./tensor.ts";

/** Iterations between two looks at the violation, each of which waits for the device. */
const CHECK_EVERY = 10;

/** Whether the kernels cover a problem: its cost matrix, if it needs one, is bound at once. */
export function coversDebiased({ geometry }: DebiasedTensorProblem): boolean {
  return matrixBytes(geometry) <= kernelLimits().maxStorageBufferBindingSize;
}

/** `debiasedBarycenter` by WGSL kernels, group by group of data points; in logarithms, so that no domain need be chosen. */
export async function debiasedOnWebgpu(
  { geometry, atoms, weights }: DebiasedTensorProblem,
  { epsilon, maxIterations = 1000, tolerance = 1e-5 }: DebiasedTensorOptions,
): Promise<DebiasedTensors> {
  const options = resolveBarycenterOptions({ epsilon, iterations: maxIterations, debiased: true });
  checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape }, options);
  const [points, count] = weights.shape;
  const [width] = geometry.shape;
  const binding = kernelLimits().maxStorageBufferBindingSize;
  const sizes = { points, atoms: count, width, iterations: 1, memory: 0, debiased: true, binding };
  const most = forwardRows(sizes, KEPT_BYTES);
  const passes = kernelPasses(geometry, epsilon);
  const masses = allocate([count, width]);
  const zeros = allocate([count, width]);
  const barycenters = allocate([points, width]);
  clear(zeros);
  logMasses(atoms, masses, count * width);
  const inputs = { passes, options, atoms: count, masses, weights, zeros };
  const pools = { pool: new FieldPool(most * count * width), rowPool: new FieldPool(most * width) };
  const mass = await largestMass(atoms);
  let iterations = 0;
  let error = 0;
  try {
    for (let firstRow = 0; firstRow < points; firstRow += most) {
      const rows = Math.min(most, points - firstRow);
      const recursion = new Recursion(inputs, { firstRow, rows }, pools);
      const reached = await solve(recursion, options, tolerance * mass);
      iterations = Math.max(iterations, reached.iterations);
      error = Math.max(error, reached.violation / mass); // NaN stays
      const [source, target] = [recursion.logP, barycenters].map((tensor) => ({ tensor, from: 0, stride: width }));
      copyRows("masses", rows, width, source, { ...target, from: firstRow * width });
      recursion.end();
    }
  } catch (failure) {
    release(barycenters);
    throw failure;
  } finally {
    passes.dispose();
    pools.pool.dispose();
    pools.rowPool.dispose();
    release(masses, zeros);
  }
  const status = Number.isNaN(error) ? "non-finite" : error <= tolerance ? "converged" : "max-iterations";
  return { barycenters: asTensor(barycenters) as tf.Tensor2D, iterations, error, status };
}

/** The iterations of a group until their largest violation is at or below `tolerance`, a mass. */
async function solve(recursion: Recursion, options: ResolvedOptions, tolerance: number) {
  const numbers = recursion.rows * violationsOf(options, recursion.inputs.atoms);
  const found = allocate([numbers]);
  let from: Scalings = COLD;
  let iterations = 0;
  let violation = Infinity;
  try {
    while (iterations < options.iterations && !(violation <= tolerance) && !Number.isNaN(violation)) {
      const count = Math.min(CHECK_EVERY, options.iterations - iterations);
      const last = recursion.run(from, count);
      recursion.give(from);
      writeViolations(options, recursion, last, found, 0);
      recursion.giveRest(last);
      from = last;
      violation = (await readBack(found)).subarray(0, numbers).reduce((most, value) => Math.max(most, value), 0);
      iterations += count;
    }
  } finally {
    release(found);
  }
  recursion.give(from);
  return { iterations, violation };
}

async function largestMass(atoms: tf.Tensor): Promise<number> {
  const mass = tf.tidy(() => tf.max(tf.sum(atoms, 1)));
  const [value] = await mass.data();
  mass.dispose();
  return value;
}
