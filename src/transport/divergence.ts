import * as tf from "@tensorflow/tfjs-core";
import { requireKernel } from "../geometry/checks.ts";
import type { TensorKernel } from "../geometry/geometry.ts";
import { checkPairShapes } from "./histograms.ts";
import { requireBackend } from "../tensor/require-backend.ts";
import { chooseSinkhorn } from "./sinkhorn/choose.ts";
import { resolveFixedOptions, type FixedSinkhornOptions } from "./sinkhorn/options.ts";

/** The kernels between the two sides and within each; one kernel of a symmetric cost stands for all three. */
export type DivergenceKernels =
  TensorKernel | { readonly xy: TensorKernel; readonly xx: TensorKernel; readonly yy: TensorKernel };

/**
 * Sinkhorn divergence `OT(a, b) - (OT(a, a) + OT(b, b)) / 2` of histograms a [..., n] and b [..., m] that sum to one, after a
 * fixed number of iterations, [...] (Feydy et al. 2019). The self terms use averaged symmetric updates.
 *
 * Custom gradient by the envelope theorem: fKL_ab - fKL_aa in a, gKL_ab - gKL_bb in b, finite at zero masses; it saves
 * these two and has no second derivatives. Throws InputError for shapes that do not fit; values are not read.
 */
export function sinkhornDivergence(
  a: tf.Tensor,
  b: tf.Tensor,
  kernels: DivergenceKernels,
  options: FixedSinkhornOptions = {},
): tf.Tensor {
  requireBackend("sinkhornDivergence");
  const { xy, xx, yy } = "xy" in kernels ? kernels : { xy: kernels, xx: kernels, yy: kernels };
  const run = resolveFixedOptions(options);
  for (const kernel of [xy, xx, yy]) requireKernel(kernel, "sinkhornDivergence");
  checkPairShapes(a, b, xy.shape);
  const operation = tf.customGrad((...inputs) => {
    const [first, second] = inputs as tf.Tensor[];
    const save = inputs[2] as tf.GradSaveFunc;
    const [gradientA, gradientB, value] = tf.tidy(() => {
      const engineOf = (kernel: TensorKernel) => chooseSinkhorn(kernel, run.domain);
      const { fKL, gKL } = engineOf(xy).klPotentials({ a: first, b: second }, run);
      // Differences first, sums after: the three terms are each much larger than the divergence.
      const ofA = tf.sub(fKL, engineOf(xx).selfPotential(first, run));
      const ofB = tf.sub(gKL, engineOf(yy).selfPotential(second, run));
      return [ofA, ofB, tf.add(tf.sum(tf.mul(ofA, first), -1), tf.sum(tf.mul(ofB, second), -1))];
    });
    save([gradientA, gradientB]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => saved.map((gradient) => tf.mul(tf.expandDims(dy, -1), gradient)),
    };
  });
  return operation(a, b);
}
