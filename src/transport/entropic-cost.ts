import type * as tf from "@tensorflow/tfjs-core";
import { requireKernel } from "../geometry/checks.ts";
import type { TensorKernel } from "../geometry/geometry.ts";
import { requireBackend } from "../tensor/require-backend.ts";
import { checkPairShapes } from "./histograms.ts";
import { transportOperation } from "./implicit/tensor/operation.ts";
import { unbalancedCostRule } from "./implicit/tensor/rules.ts";
import { resolveFixedOptions, type FixedSinkhornOptions } from "./sinkhorn/options.ts";

/**
 * `OT(a, b) = min <P, C> + epsilon KL(P | a b^T)` of a [..., n] and b [..., m] after a fixed number of iterations, [...].
 *
 * Custom gradient by the envelope theorem: fKL in a and gKL in b, up to a constant (plus epsilon (M - 1) for a total mass M other than
 * one), and where the kernel is made of tensors (`pointCloud(x, y)`, `denseGeometry(C)`, `kernel(epsilon)`) in the points, the entries
 * and epsilon. It is exact at convergence; it saves the potentials and nothing of the iterations. Finite at zero masses. The value is the
 * dual's, whose error is of second order in that of the potentials.
 *
 * Its second derivatives are those of the converged problem, whatever the iterations, by implicit differentiation in float64 on the host
 * (see `entropicHessianProduct`); RunError where it does not converge, InputError on a backend of a device, and for third derivatives.
 *
 * With a finite `rho` it is the unbalanced cost, with the penalties rho.a KL(P 1 | a) + rho.b KL(P^T 1 | b) and any two totals; its
 * gradient in a is -(rho.a + epsilon) (exp(-fKL / rho.a) - 1) + epsilon (M_b - 1), and it has no second derivatives: they are refused.
 * Throws InputError for shapes that do not fit; values are not read unless the kernel is made of tensors.
 */
export function entropicCost(
  a: tf.Tensor,
  b: tf.Tensor,
  kernel: TensorKernel,
  options: FixedSinkhornOptions = {},
): tf.Tensor {
  requireBackend("entropicCost");
  const run = resolveFixedOptions(options);
  requireKernel(kernel, "entropicCost");
  checkPairShapes(a, b, kernel.shape);
  const rule = run.rho ? unbalancedCostRule(kernel.epsilon, run.rho) : undefined;
  return transportOperation("entropicCost", a, b, [{ kernel, factor: 1, first: 0, second: 1 }], run, rule);
}
