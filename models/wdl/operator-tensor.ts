import * as tf from "@tensorflow/tfjs-core";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { barycenter } from "../../src/transport/barycenter/barycenter.ts";
import type { BarycenterOptions } from "../../src/transport/barycenter/options.ts";
import type { BarycenterOperator, DataTerm, Factors } from "./operator.ts";

/**
 * The operator as a tfjs operation on the current backend, for GPUs: barycenters and their adjoint stay on the device in
 * float32, the loss of M x N numbers and the optimiser's vectors are float64 on the host.
 */
export function tensorOperator(geometry: Geometry, options: BarycenterOptions): BarycenterOperator {
  const pixels = geometry.shape[0];
  const sides = options.heavyBall ? 2 : 1;
  const kernel = geometry.kernel(options.epsilon); // lives as long as the operator

  function forward(atoms: tf.Tensor2D, weights: tf.Tensor2D, start: tf.Tensor | undefined) {
    return barycenter({ geometry, kernel, atoms, weights, start }, options);
  }

  function toTensors({ atoms, weights }: Factors, start: Float32Array | undefined) {
    const count = atoms.length / pixels;
    const points = weights.length / count;
    return {
      atoms: tf.tensor2d(Float32Array.from(atoms), [count, pixels]),
      weights: tf.tensor2d(Float32Array.from(weights), [points, count]),
      start: start && tf.tensor4d(start, [points, sides, count, pixels]),
    };
  }

  async function read(factors: Factors, start: Float32Array | undefined, output: "barycenters" | "logScalings") {
    const result = tf.tidy(() => {
      const tensors = toTensors(factors, start);
      return forward(tensors.atoms, tensors.weights, tensors.start)[output] as tf.Tensor;
    });
    const values = (await result.data()) as Float32Array;
    result.dispose();
    return values;
  }

  return {
    name: `tfjs ${tf.getBackend()} float32`,
    async lossAndGradient(factors, start, term) {
      const p = await read(factors, start, "barycenters");
      const { value, slopes } = lossAndSlopes(term, p, pixels);
      const [atoms, weights] = tf.tidy(() => {
        const tensors = toTensors(factors, start);
        const dy = tf.tensor2d(slopes, [tensors.weights.shape[0], pixels]);
        const pullBack = tf.grads((d: tf.Tensor, lambda: tf.Tensor) => {
          return forward(d as tf.Tensor2D, lambda as tf.Tensor2D, tensors.start).barycenters;
        });
        return pullBack([tensors.atoms, tensors.weights], dy);
      });
      const gradient = {
        atoms: Float64Array.from(await atoms.data()),
        weights: Float64Array.from(await weights.data()),
      };
      tf.dispose([atoms, weights]);
      return { value, gradient };
    },
    logScalings: (factors, start) => read(factors, start, "logScalings"),
    barycenters: async (factors, start) => Float64Array.from(await read(factors, start, "barycenters")),
  };
}

/** Losses of all reconstructions [M, N], and their slopes. */
function lossAndSlopes(term: DataTerm, p: Float32Array, pixels: number): { value: number; slopes: Float32Array } {
  const slopes = new Float32Array(p.length);
  const row = new Float64Array(pixels);
  const slope = new Float64Array(pixels);
  let value = 0;
  for (let index = 0; index * pixels < p.length; index++) {
    row.set(p.subarray(index * pixels, (index + 1) * pixels));
    value += term.evaluate(index, row, slope);
    slopes.set(slope, index * pixels);
  }
  return { value, slopes };
}
