import * as tf from "@tensorflow/tfjs-core";
import { DebiasedGroup } from "../../../webgpu/barycenter/debiased.ts";
import { forwardRows, KEPT_BYTES } from "../../../webgpu/barycenter/groups.ts";
import { kernelPasses, matrixBytes } from "../../../webgpu/barycenter/kernel-passes.ts";
import { logMasses } from "../../../webgpu/barycenter/pointwise.ts";
import { allocate, asTensor, readBack, release } from "../../../webgpu/launch.ts";
import { kernelLimits } from "../../../webgpu/limits.ts";
import { resolveBarycenterOptions } from "../options.ts";
import { checkShapes } from "../problem.ts";
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
  const most = forwardRows({ points, atoms: count, width, iterations: 1, memory: 0, binding }, KEPT_BYTES);
  const passes = kernelPasses(geometry, epsilon);
  const masses = allocate([count, width]);
  const barycenters = allocate([points, width]);
  logMasses(atoms, masses, count * width);
  const mass = await largestMass(atoms);
  let iterations = 0;
  let error = 0;
  try {
    for (let firstRow = 0; firstRow < points; firstRow += most) {
      const rows = Math.min(most, points - firstRow);
      const group = new DebiasedGroup({ passes, atoms: count, masses, weights, firstRow, rows });
      try {
        const reached = await solve(group, rows * (count + 1), maxIterations, tolerance * mass);
        iterations = Math.max(iterations, reached.iterations);
        error = Math.max(error, reached.violation / mass); // NaN stays
        group.write(barycenters);
      } finally {
        group.dispose();
      }
    }
  } catch (failure) {
    release(barycenters);
    throw failure;
  } finally {
    passes.dispose();
    release(masses);
  }
  const status = Number.isNaN(error) ? "non-finite" : error <= tolerance ? "converged" : "max-iterations";
  return { barycenters: asTensor(barycenters) as tf.Tensor2D, iterations, error, status };
}

async function solve(group: DebiasedGroup, numbers: number, maxIterations: number, tolerance: number) {
  const found = allocate([numbers]);
  let iterations = 0;
  let violation = Infinity;
  try {
    while (iterations < maxIterations && !(violation <= tolerance) && !Number.isNaN(violation)) {
      const count = Math.min(CHECK_EVERY, maxIterations - iterations);
      for (let iteration = 0; iteration < count; iteration++) group.advance();
      group.violations(found);
      violation = (await readBack(found)).subarray(0, numbers).reduce((most, value) => Math.max(most, value), 0);
      iterations += count;
    }
  } finally {
    release(found);
  }
  return { iterations, violation };
}

async function largestMass(atoms: tf.Tensor): Promise<number> {
  const mass = tf.tidy(() => tf.max(tf.sum(atoms, 1)));
  const [value] = await mass.data();
  mass.dispose();
  return value;
}
