import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../errors.ts";
import { requireKernel } from "../../geometry/checks.ts";
import type { TensorKernel } from "../../geometry/geometry.ts";
import { shiftOf } from "../../geometry/variable-kernel.ts";
import { exp } from "../../tensor/differentiable.ts";
import { requireBackend } from "../../tensor/require-backend.ts";
import { checkPairShapes } from "../histograms.ts";
import type { TensorInitializer } from "../initializers/initializer.ts";
import { ones } from "../initializers/ones.ts";
import { chooseDifferentiable } from "./choose.ts";
import type { TensorPotentials } from "./engine.ts";
import { logScalings } from "./plan-products.ts";
import { requireThat, resolveFixedOptions, type FixedSinkhornOptions } from "./options.ts";

export interface UnrolledOptions extends FixedSinkhornOptions {
  /** One that works on tensors: `previousSolution(g)` starts from g [..., m] in cost units. @default ones */
  readonly initializer?: TensorInitializer;
}

/**
 * A fixed number of Sinkhorn iterations on a [..., n] and b [..., m], each operation on the tape: the gradient in a, b,
 * the start, and the points, entries or epsilon of the kernel that are tensors, is that of the iterations, converged or not, and so are
 * derivatives of it. Zero masses are allowed and get the gradient zero through their
 * own logarithm. Unbalanced (`rho`) in the same way. Memory grows with the number of iterations; `entropicCost` does not need that.
 * Throws InputError for shapes that do not fit; values are not read.
 */
export function sinkhornUnrolled(
  a: tf.Tensor,
  b: tf.Tensor,
  kernel: TensorKernel,
  options: UnrolledOptions = {},
): TensorPotentials {
  requireBackend("sinkhornUnrolled");
  const { initializer = ones } = options;
  const run = resolveFixedOptions(options);
  requireThat(
    typeof initializer.tensorPotential === "function",
    "initializer",
    "one that works on tensors (ones, previousSolution(g), a learned one)",
    initializer.name,
  );
  requireKernel(kernel, "sinkhornUnrolled");
  checkPairShapes(a, b, kernel.shape);
  return tf.tidy(() => {
    const { geometry, epsilon } = kernel;
    const start = initializer.tensorPotential({ geometry, a, b, epsilon });
    if (start.shape.join() !== b.shape.join()) {
      throw new InputError(
        `sinkhorn: expected a start of shape [${b.shape.join(", ")}] (like b) from initialiser ${initializer.name}, got ` +
          `[${start.shape.join(", ")}]`,
      );
    }
    return { ...chooseDifferentiable(kernel, run.domain).iterate({ a, b }, start, run) };
  });
}

/** <P, C> [...] of the plan of some potentials, without forming it; on the tape. */
export function planTransportCost(kernel: TensorKernel, potentials: TensorPotentials): tf.Tensor {
  return tf.tidy(() => {
    const { f, g } = logScalings(kernel, potentials);
    const massTimes = (logProduct: tf.Tensor): tf.Tensor => tf.sum(exp(tf.add(f, logProduct)), -1);
    const aboveShift = massTimes(kernel.logApplyCost(g));
    const shift = shiftOf(kernel);
    return shift === 0 ? aboveShift : tf.add(aboveShift, tf.mul(massTimes(kernel.logApply(g)), shift));
  });
}
