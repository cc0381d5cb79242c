import type { Geometry } from "../../src/geometry/geometry.ts";
import { LINEAR_LOSS, nativeBarycenter, type NativeOutputs } from "../../src/transport/barycenter/native.ts";
import type { BarycenterOptions } from "../../src/transport/barycenter/options.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import type { LossName } from "./losses.ts";
import type { BarycenterOperator, DataTerm, Factors } from "./operator.ts";
import { hostOperator } from "./operator-host.ts";

/** Losses that the native kernels compute themselves. */
const NATIVE_LOSSES: Partial<Readonly<Record<LossName, number>>> = { tv: 0, quadratic: 1, kl: 2 };

/**
 * The operator by the native kernels, see `nativeBarycenter`; undefined where they do not cover the case. What leaves their
 * range is computed by the host engine in the log domain. Rounding of the float32 barycenters is about 1e-6 times the sum of
 * |lambda_s|: more where weights are far below zero.
 */
export function nativeOperator(geometry: Geometry, options: BarycenterOptions): BarycenterOperator | undefined {
  const native = nativeBarycenter(geometry, options);
  if (!native) return undefined;
  const host = hostOperator(geometry, options, "float32");
  const { sides } = native;
  const pixels = geometry.shape[0];
  const countOf = ({ atoms }: Factors) => atoms.length / pixels;
  const pointsOf = (factors: Factors) => factors.weights.length / countOf(factors);

  function run(factors: Factors, start: Float32Array | undefined, outputs: NativeOutputs): number[] {
    const [count, points] = [countOf(factors), pointsOf(factors)];
    const problem = {
      atoms: ndarray(factors.atoms, [count, pixels]),
      weights: ndarray(factors.weights, [points, count]),
      start: start && ndarray(start, [points, sides, count, pixels]),
    };
    return native!.run(problem, outputs);
  }

  /** The problem of one data point alone. */
  function only(point: number, factors: Factors, start: Float32Array | undefined) {
    const count = countOf(factors);
    const row = <T extends Float32Array | Float64Array>(array: T, length: number) =>
      array.subarray(point * length, (point + 1) * length) as T;
    return [
      { atoms: factors.atoms, weights: row(factors.weights, count) },
      start && row(start, sides * count * pixels),
    ] as const;
  }

  async function barycenters(factors: Factors, start?: Float32Array): Promise<Float64Array> {
    const barycenters = new Float64Array(pointsOf(factors) * pixels);
    for (const point of run(factors, start, { barycenters })) {
      barycenters.set(await host.barycenters(...only(point, factors, start)), point * pixels);
    }
    return barycenters;
  }

  /** Losses that are not native: from the barycenters come the loss and its slopes, which a second pass pulls back. */
  async function slopesOf(factors: Factors, start: Float32Array | undefined, term: DataTerm, losses: Float64Array) {
    const images = await barycenters(factors, start);
    const slopes = new Float64Array(images.length);
    for (let point = 0; point < losses.length; point++) {
      const row = (values: Float64Array) => values.subarray(point * pixels, (point + 1) * pixels);
      losses[point] = term.evaluate(point, row(images), row(slopes));
    }
    return slopes;
  }

  return {
    name: `native float32 (${native.detail})`,
    barycenters,

    async lossAndGradient(factors, start, term) {
      const points = pointsOf(factors);
      const losses = new Float64Array(points);
      const atoms = new Float64Array(factors.atoms.length);
      const weights = new Float64Array(factors.weights.length);
      const loss = NATIVE_LOSSES[term.name];
      const targets = loss === undefined ? await slopesOf(factors, start, term, losses) : term.data;
      const left = run(factors, start, {
        loss: loss ?? LINEAR_LOSS,
        targets,
        losses: loss === undefined ? new Float64Array(points) : losses,
        gradientAtoms: atoms,
        gradientWeights: weights,
      });
      for (const point of left) {
        const one = await host.lossAndGradient(...only(point, factors, start), {
          name: term.name,
          data: term.data.subarray(point * pixels, (point + 1) * pixels),
          evaluate: (_, p, gradient) => term.evaluate(point, p, gradient),
        });
        losses[point] = one.value;
        one.gradient.atoms.forEach((value, index) => (atoms[index]! += value));
        weights.set(one.gradient.weights, point * one.gradient.weights.length);
      }
      return { value: losses.reduce((sum, value) => sum + value, 0), gradient: { atoms, weights } };
    },

    async logScalings(factors, start) {
      const logScalings = new Float32Array(factors.weights.length * sides * pixels);
      for (const point of run(factors, start, { logScalings })) {
        const one = await host.logScalings(...only(point, factors, start));
        logScalings.set(one, point * one.length);
      }
      return logScalings;
    },
  };
}
