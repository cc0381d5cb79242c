import type * as tf from "@tensorflow/tfjs-core";
import type { Geometry } from "../../geometry/geometry.ts";
import { ndarray, toFloat64, type NdArray } from "../../tensor/ndarray.ts";
import { hostBarycenter } from "./host.ts";
import {
  hostImplementation,
  hostOptions,
  readArray,
  toTensor,
  withinFloat32,
  type BarycenterAttributes,
  type BarycenterImplementation,
  type BarycenterInputs,
} from "./kernels.ts";
import { nativeBarycenter, type NativeBarycenter, type NativeProblem } from "./native.ts";
import type { BarycenterOptions } from "./options.ts";

const kept = new WeakMap<
  Geometry,
  { readonly options: BarycenterOptions; readonly native: NativeBarycenter | undefined }
>();

/** The native barycenters with their buffers, kept for the last options of a geometry. */
function cachedNative({ geometry, options }: BarycenterAttributes): NativeBarycenter | undefined {
  const same = (name: keyof BarycenterOptions) => kept.get(geometry)?.options[name] === options[name];
  const names = ["epsilon", "iterations", "domain", "heavyBall", "rho"] as const;
  if (!kept.has(geometry) || !names.every(same)) {
    kept.set(geometry, { options: { ...options }, native: nativeBarycenter(geometry, options) });
  }
  return kept.get(geometry)!.native;
}

/**
 * The native kernels where they cover the case, else the host. Float32 inside, and float64 for data points that leave its
 * range; what leaves that range, too, the host computes in the log domain.
 */
export const nativeImplementation: BarycenterImplementation = {
  forward(inputs, attributes) {
    const native = cachedNative(attributes);
    if (!native) return hostImplementation.forward(inputs, attributes);
    const problem = readNative(inputs);
    const [points, count] = problem.weights.shape as [number, number];
    const pixels = problem.atoms.shape[1]!;
    const barycenters = new Float64Array(points * pixels);
    const scalings = native.sides * count * pixels;
    const logScalings = new Float32Array(points * scalings);
    for (const point of native.run(problem, { barycenters, logScalings })) {
      const one = hostBarycenter(onlyPoint(problem, attributes, point), hostOptions(attributes));
      barycenters.set(one.barycenters.data, point * pixels);
      logScalings.set(one.logScalings.data, point * scalings);
    }
    return [
      toTensor(ndarray(barycenters, [points, pixels])),
      toTensor(ndarray(logScalings, [points, native.sides, count, pixels])),
    ];
  },

  gradient(inputs, attributes) {
    const native = cachedNative(attributes);
    if (!native) return hostImplementation.gradient(inputs, attributes);
    const problem = readNative(inputs);
    const [points, count] = problem.weights.shape as [number, number];
    const pixels = problem.atoms.shape[1]!;
    const targets = toFloat64(readArray(inputs.gradient)).data;
    const gradientAtoms = new Float64Array(count * pixels);
    const gradientWeights = new Float64Array(points * count);
    const outputs = { targets, losses: new Float64Array(points), gradientAtoms, gradientWeights };
    for (const point of native.run(problem, outputs)) {
      const { backward } = hostBarycenter(onlyPoint(problem, attributes, point), hostOptions(attributes));
      const slope = ndarray(targets.subarray(point * pixels, (point + 1) * pixels), [1, pixels]);
      const one = backward(slope);
      one.gradientAtoms.data.forEach((value, index) => (gradientAtoms[index]! += value));
      gradientWeights.set(one.gradientWeights.data, point * count);
    }
    return [
      toTensor(withinFloat32(ndarray(gradientAtoms, [count, pixels]))),
      toTensor(ndarray(gradientWeights, [points, count])),
    ];
  },
};

function readNative({ atoms, weights, start }: BarycenterInputs): NativeProblem {
  const read = (tensor: tf.Tensor): NdArray<Float64Array> => toFloat64(readArray(tensor)) as NdArray<Float64Array>;
  return {
    atoms: read(atoms),
    weights: read(weights),
    start: start.rank === 0 ? undefined : (readArray(start) as NdArray<Float32Array>),
  };
}

function onlyPoint({ atoms, weights, start }: NativeProblem, { geometry }: BarycenterAttributes, point: number) {
  const row = (array: NdArray): NdArray => {
    const size = array.data.length / array.shape[0]!;
    return ndarray(array.data.subarray(point * size, (point + 1) * size), [1, ...array.shape.slice(1)]);
  };
  return { geometry, atoms, weights: row(weights), start: start && row(start) };
}
