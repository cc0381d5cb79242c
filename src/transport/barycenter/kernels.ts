import * as tf from "@tensorflow/tfjs-core";
import type { Geometry, TensorKernel } from "../../geometry/geometry.ts";
import { ndarray, type NdArray } from "../../tensor/ndarray.ts";
import { hostBarycenter, type HostBarycenterOptions } from "./host.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "./options.ts";
import type { BarycenterProblem } from "./problem.ts";
import { tensorAdjoint } from "./tensor-adjoint.ts";
import { recursionOf, runRecursion, startOf, type TensorBarycenterProblem } from "./tensor-problem.ts";

/**
 * The barycenter operator as two tfjs kernels, so that a faster implementation can take the place of one on one backend
 * (`tf.unregisterKernel`, `tf.registerKernel`) while the tape sees an ordinary operation.
 *
 * Forward: inputs `atoms` [S, N], `weights` [B, S], `start` [B, sides, S, N] or a scalar for a cold start; outputs
 * barycenters [B, N] and log-scalings [B, sides, S, N]. Gradient: also `gradient` [B, N]; outputs [S, N] and [B, S].
 */
export const BARYCENTER_KERNEL = "OtBarycenter";
export const BARYCENTER_GRADIENT_KERNEL = "OtBarycenterGradient";

/** Attributes of both kernels. */
export interface BarycenterAttributes {
  readonly geometry: Geometry;
  readonly options: BarycenterOptions;
  /** Float32 operators to use where the kernel is made of tensor operations; made for each call if absent. */
  readonly kernel: TensorKernel | undefined;
}

export interface BarycenterInputs {
  readonly atoms: tf.Tensor2D;
  readonly weights: tf.Tensor2D;
  readonly start: tf.Tensor;
}

export interface BarycenterGradientInputs extends BarycenterInputs {
  readonly gradient: tf.Tensor2D;
}

/** Both kernels on typed arguments. */
export interface BarycenterImplementation {
  forward(inputs: BarycenterInputs, attributes: BarycenterAttributes): [barycenters: tf.Tensor, logScalings: tf.Tensor];
  gradient(inputs: BarycenterGradientInputs, attributes: BarycenterAttributes): [atoms: tf.Tensor, weights: tf.Tensor];
}

/**
 * Float64 on the host: values are read from the backend, results written back as float32. For backends whose memory is
 * the host's.
 */
export const hostImplementation: BarycenterImplementation = {
  forward(inputs, attributes) {
    const { barycenters, logScalings } = hostBarycenter(readProblem(inputs, attributes), hostOptions(attributes));
    return [toTensor(barycenters), toTensor(logScalings)];
  },
  gradient(inputs, attributes) {
    const { backward } = hostBarycenter(readProblem(inputs, attributes), hostOptions(attributes));
    const { gradientAtoms, gradientWeights } = backward(readArray(inputs.gradient));
    return [toTensor(withinFloat32(gradientAtoms)), toTensor(gradientWeights)];
  },
};

/** Tensor operations that never leave the device, with the written-out adjoint. */
export const deviceImplementation: BarycenterImplementation = {
  forward(inputs, attributes) {
    return withKernel(attributes, (kernel) => {
      const recursion = recursionOf(
        problemOf(inputs, attributes),
        kernel,
        resolveBarycenterOptions(attributes.options),
      );
      const { barycenters, logScalings } = runRecursion(recursion, startOf(recursion, inputs.start));
      return [barycenters, logScalings];
    });
  },
  gradient(inputs, attributes) {
    return withKernel(attributes, (kernel) => {
      const recursion = recursionOf(
        problemOf(inputs, attributes),
        kernel,
        resolveBarycenterOptions(attributes.options),
      );
      const { atoms, weights } = tensorAdjoint(recursion, startOf(recursion, inputs.start), inputs.gradient);
      return [atoms, weights];
    });
  },
};

/** Registers both kernels of an implementation for one backend. */
export function registerBarycenterKernels(backendName: string, implementation: BarycenterImplementation): void {
  const register = (
    kernelName: string,
    run: (inputs: never, attributes: BarycenterAttributes) => [tf.Tensor, tf.Tensor],
  ): void =>
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => run(inputs as never, attrs as unknown as BarycenterAttributes),
    });
  register(BARYCENTER_KERNEL, implementation.forward);
  register(BARYCENTER_GRADIENT_KERNEL, implementation.gradient);
}

function withKernel(
  { geometry, kernel, options }: BarycenterAttributes,
  run: (kernel: TensorKernel) => [tf.Tensor, tf.Tensor],
): [tf.Tensor, tf.Tensor] {
  const used = kernel ?? geometry.kernel(options.epsilon);
  const results = tf.tidy(() => run(used));
  if (!kernel) used.dispose();
  return results;
}

function problemOf(inputs: BarycenterInputs, { geometry }: BarycenterAttributes): TensorBarycenterProblem {
  return { geometry, ...inputs };
}

function readProblem(
  { atoms, weights, start }: BarycenterInputs,
  { geometry }: BarycenterAttributes,
): BarycenterProblem {
  return {
    geometry,
    atoms: readArray(atoms),
    weights: readArray(weights),
    start: start.rank === 0 ? undefined : readArray(start),
  };
}

/** Results are float32, so the kernel needs no entry that float32 could not hold. */
export function hostOptions({ options }: BarycenterAttributes): HostBarycenterOptions {
  return { ...options, precision: "float32" };
}

export function readArray(tensor: tf.Tensor): NdArray {
  return ndarray(tensor.dataSync() as Float32Array, tensor.shape);
}

/** A gradient at a pixel without mass may exceed float32; infinity times that mass would be NaN. */
export function withinFloat32({ data, shape }: NdArray<Float64Array>): NdArray {
  const largest = 3e38;
  return ndarray(
    data.map((value) => Math.min(Math.max(value, -largest), largest)),
    shape,
  );
}

export function toTensor({ data, shape }: NdArray): tf.Tensor {
  return tf.tensor(Float32Array.from(data), [...shape], "float32");
}
