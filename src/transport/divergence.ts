import * as tf from "@tensorflow/tfjs-core";
import type { TensorKernel } from "../geometry/geometry.ts";
import { checkPairShapes } from "./histograms.ts";
import { convergedPotentials } from "./sinkhorn/entropic-cost.ts";
import { nativeSelfPotential } from "./sinkhorn/native.ts";
import type { SinkhornDomain } from "./sinkhorn/options.ts";
import { tensorDomain } from "./sinkhorn/tensor-domain.ts";
import { checkIterations, type FixedSinkhornOptions } from "./sinkhorn/unrolled.ts";

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
  kernels: DivergenceKernels,
  a: tf.Tensor,
  b: tf.Tensor,
  options: FixedSinkhornOptions = {},
): tf.Tensor {
  const { domain = "auto" } = options;
  const { xy, xx, yy } = "xy" in kernels ? kernels : { xy: kernels, xx: kernels, yy: kernels };
  const iterations = checkIterations(options);
  checkPairShapes(a, b, xy.shape);
  const operation = tf.customGrad((...inputs) => {
    const [first, second] = inputs as tf.Tensor[];
    const save = inputs[2] as tf.GradSaveFunc;
    const [gradientA, gradientB, value] = tf.tidy(() => {
      const { fKL, gKL } = convergedPotentials(xy, first, second, iterations, domain);
      // Differences first, sums after: the three terms are each much larger than the divergence.
      const ofA = tf.sub(fKL, selfPotential(xx, first, iterations, domain));
      const ofB = tf.sub(gKL, selfPotential(yy, second, iterations, domain));
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

/**
 * fKL of the problem (a, a). The last update is averaged too: the mean of f and T f is what makes `2 <f, a>` a dual value,
 * with an error of second order.
 */
function selfPotential(kernel: TensorKernel, a: tf.Tensor, iterations: number, domain: SinkhornDomain): tf.Tensor {
  const native = nativeSelfPotential(kernel, a, iterations, domain);
  if (native) return native;
  return tf.tidy(() => {
    const steps = tensorDomain(domain, kernel, a, a);
    let potential = steps.zero(a);
    for (let iteration = 0; iteration < iterations; iteration++) {
      potential = tf.tidy(() => steps.relax(potential, steps.first(potential), 0.5));
    }
    return steps.klPotential(potential);
  });
}
