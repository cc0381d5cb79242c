import { requireKernel } from "../geometry/checks.ts";
import type * as tf from "@tensorflow/tfjs-core";
import { epsilonOf, isGrid, type TensorKernel } from "../geometry/geometry.ts";
import { pointCloud } from "../geometry/pointcloud.ts";
import { requireBackend } from "../tensor/require-backend.ts";
import { checkPairShapes } from "./histograms.ts";
import { threeGeometries } from "./implicit/divergence.ts";
import { transportOperation } from "./implicit/tensor/operation.ts";
import { resolveFixedOptions, type FixedSinkhornOptions } from "./sinkhorn/options.ts";
import { checkOneRho } from "./sinkhorn/rho.ts";
import { unbalancedDivergenceRule } from "./implicit/tensor/rules.ts";

interface ThreeKernels {
  readonly xy: TensorKernel;
  readonly xx: TensorKernel;
  readonly yy: TensorKernel;
}

/**
 * The kernels between the two sides and within each. One of a cloud of points stands for all three, those within x and within y are made;
 * so does one of a symmetric cost.
 */
export type DivergenceKernels = TensorKernel | ThreeKernels;

/**
 * Sinkhorn divergence `OT(a, b) - (OT(a, a) + OT(b, b)) / 2` of histograms a [..., n] and b [..., m] that sum to one, after a
 * fixed number of iterations, [...] (Feydy et al. 2019). The self terms use averaged symmetric updates.
 *
 * Custom gradient by the envelope theorem: fKL_ab - fKL_aa in a, gKL_ab - gKL_bb in b, up to a constant and finite at zero masses, and in
 * the points, entries or epsilon that are tensors: `sinkhornDivergence(a, b, pointCloud(x, y).kernel(epsilon))` moves x and y. Second
 * derivatives as in `entropicCost`.
 *
 * With a finite `rho`, one for both sides, it is the unbalanced divergence of any two totals, as `sinkhornDivergenceHost`. Throws
 * InputError for shapes that do not fit; values are not read unless the kernel is made of tensors.
 */
export function sinkhornDivergence(
  a: tf.Tensor,
  b: tf.Tensor,
  kernels: DivergenceKernels,
  options: FixedSinkhornOptions = {},
): tf.Tensor {
  requireBackend("sinkhornDivergence");
  const run = resolveFixedOptions(options);
  const rho = checkOneRho(options.rho, "a divergence");
  const { xy, xx, yy, dispose } = threeKernels(kernels);
  for (const kernel of [xy, xx, yy]) requireKernel(kernel, "sinkhornDivergence");
  checkPairShapes(a, b, xy.shape);
  const terms = [
    { kernel: xy, factor: 1, first: 0, second: 1 },
    { kernel: xx, factor: -0.5, first: 0, second: 0 },
    { kernel: yy, factor: -0.5, first: 1, second: 1 },
  ] as const;
  const rule = run.rho ? unbalancedDivergenceRule(xy.epsilon, rho) : undefined;
  const value = transportOperation("sinkhornDivergence", a, b, terms, run, rule);
  dispose();
  return value;
}

/** The three from one; those that are made here are the caller's to dispose of by `dispose`. */
function threeKernels(given: DivergenceKernels): ThreeKernels & { dispose(): void } {
  if ("xy" in given) return { ...given, dispose: () => undefined };
  const { geometry } = given;
  const points = geometry.variables?.points;
  if (points) {
    const { x, y, cost } = points;
    const within = (side: tf.Tensor2D): TensorKernel => pointCloud(side, side, { cost }).kernel(epsilonOf(given));
    return { xy: given, xx: within(x), yy: within(y), dispose: () => undefined };
  }
  const { xy, xx, yy } = isGrid(geometry) ? { xy: geometry, xx: geometry, yy: geometry } : threeGeometries(geometry);
  if (xx === xy) return { xy: given, xx: given, yy: given, dispose: () => undefined };
  const made = { xx: xx.kernel(epsilonOf(given)), yy: yy.kernel(epsilonOf(given)) };
  return {
    xy: given,
    ...made,
    dispose() {
      made.xx.dispose();
      made.yy.dispose();
    },
  };
}
