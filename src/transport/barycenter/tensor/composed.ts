import * as tf from "@tensorflow/tfjs-core";
import { exp } from "../../../tensor/differentiable.ts";
import { InputError } from "../../../errors.ts";
import type { TensorKernel } from "../../../geometry/geometry.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "../options.ts";
import { checkShapes, requireFixed } from "../problem.ts";
import {
  recursionOf,
  runRecursion,
  stackScalings,
  startOf,
  tensorDomain,
  type TensorBarycenterProblem,
  type TensorBarycenters,
} from "./problem.ts";
import { constant } from "./mean.ts";

/**
 * The barycenter operator as tfjs operations, differentiable by the tape, to any order, with respect to atoms, weights, and the points,
 * entries or epsilon of the kernel that are tensors, on any backend; the tape keeps every intermediate. `barycenter` does the same with its adjoint written out.
 *
 * `kernel` is `geometry.kernel(options.epsilon)`; the tape refers to it, so dispose of it after the gradients. In the
 * scaling domain of the plain case the gradient at a pixel without mass is right; elsewhere it is 0.
 * Throws InputError for shapes that do not match.
 */
export function barycenterComposed(
  problem: TensorBarycenterProblem & { readonly kernel: TensorKernel },
  options: BarycenterOptions,
): TensorBarycenters {
  const resolved = resolveBarycenterOptions(options);
  requireFixed(resolved);
  const { geometry, kernel, atoms, weights, start } = problem;
  if (kernel.variables?.epsilon && options.rho !== undefined && options.rho < Infinity) {
    throw new InputError("barycenterComposed: with rho the exponents depend on epsilon, which must be a number then");
  }
  checkShapes(geometry, { atoms: atoms.shape, weights: weights.shape, start: start?.shape }, resolved);
  return tf.tidy(() => {
    if (resolved.plain && !resolved.debiased && tensorDomain(geometry, resolved) === "scaling") {
      return { ...plainScaling(problem, resolved.iterations) };
    }
    const recursion = recursionOf(problem, kernel, resolved);
    return { ...runRecursion(recursion, startOf(recursion, start)) };
  });
}

/** Schmitz et al. 2018, Algorithm 1: the scalings themselves, without a detour through logarithms. */
function plainScaling(
  { kernel, atoms, weights, start }: TensorBarycenterProblem & { readonly kernel: TensorKernel },
  iterations: number,
): TensorBarycenters {
  const [count] = atoms.shape;
  const points = kernel.shape[1];
  const columns = tf.expandDims(weights, 2); // [B, S, 1]
  let b: tf.Tensor = start ? exp(tf.squeeze(constant(start), [1])) : tf.ones([1, count, points]);
  let p: tf.Tensor = b;
  for (let iteration = 0; iteration < iterations; iteration++) {
    const phi = kernel.applyTranspose(tf.div(atoms, kernel.apply(b)));
    p = exp(tf.sum(tf.mul(columns, tf.log(phi)), 1, true)); // [B, 1, N]
    b = tf.div(p, phi);
  }
  const shape: [number, number, number] = [weights.shape[0], count, points];
  return { barycenters: tf.reshape(p, [shape[0], points]), logScalings: stackScalings([tf.log(b)], shape) };
}
