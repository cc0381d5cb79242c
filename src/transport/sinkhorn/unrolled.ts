import * as tf from "@tensorflow/tfjs-core";
import { InputError } from "../../errors.ts";
import type { TensorKernel } from "../../geometry/geometry.ts";
import { LOG_ZERO } from "../../geometry/log-matvec.ts";
import { checkPairShapes, hasMass, logMasses } from "../histograms.ts";
import { isTaped, nativeSinkhorn } from "./native.ts";
import { requireThat, type SinkhornDomain } from "./options.ts";
import { tensorDomain } from "./tensor-domain.ts";

/** Options of what runs a fixed number of iterations, so that it is synchronous and can be taped. */
export interface FixedSinkhornOptions {
  /** @default 100 */
  readonly iterations?: number;
  /** `auto` takes scalings where the largest cost is at most 40 epsilon, logarithms else. @default "auto" */
  readonly domain?: SinkhornDomain;
}

export interface UnrolledOptions extends FixedSinkhornOptions {
  /** The start g [..., m] in cost units. @default zeros */
  readonly initialPotential?: tf.Tensor;
}

/** f [..., n] and g [..., m] in cost units, up to a constant; LOG_ZERO (-1e30) where there is no mass. */
export interface TensorPotentials {
  readonly f: tf.Tensor;
  readonly g: tf.Tensor;
}

/**
 * A fixed number of Sinkhorn iterations on a [..., n] and b [..., m], each operation on the tape: the gradient in a, b and
 * the start is that of the iterations, converged or not. Zero masses are allowed and get the gradient zero through their
 * own logarithm. Memory grows with the number of iterations; `entropicCost` does not need that.
 * Throws InputError for shapes that do not fit; values are not read.
 */
export function sinkhornUnrolled(
  kernel: TensorKernel,
  a: tf.Tensor,
  b: tf.Tensor,
  options: UnrolledOptions = {},
): TensorPotentials {
  const { domain = "auto", initialPotential } = options;
  const iterations = checkIterations(options);
  checkPairShapes(a, b, kernel.shape);
  if (initialPotential && initialPotential.shape.join() !== b.shape.join()) {
    throw new InputError(
      `sinkhorn: expected an initial potential of shape [${b.shape.join(", ")}] (like b), got ` +
        `[${initialPotential.shape.join(", ")}]`,
    );
  }
  if (!isTaped()) {
    const start = initialPotential ?? tf.zerosLike(b);
    const solution = nativeSinkhorn(kernel, a, b, { iterations, domain, start });
    if (!initialPotential) start.dispose();
    if (solution) return { f: solution.f, g: solution.g };
  }
  return tf.tidy(() => {
    const steps = tensorDomain(domain, kernel, a, b);
    let first = steps.firstFromPotential(initialPotential ?? tf.zerosLike(b));
    let second = steps.second(first);
    for (let iteration = 1; iteration < iterations; iteration++) {
      first = steps.first(second);
      second = steps.second(first);
    }
    return {
      f: withMasses(steps.klPotential(first), a, kernel.epsilon),
      g: withMasses(steps.klPotential(second), b, kernel.epsilon),
    };
  });
}

/** <P, C> [...] of the plan of some potentials, without forming it; on the tape. */
export function planTransportCost(kernel: TensorKernel, { f, g }: TensorPotentials): tf.Tensor {
  return tf.tidy(() => {
    const costs = kernel.logApplyCost(tf.div(g, kernel.epsilon));
    return tf.sum(tf.exp(tf.add(tf.div(f, kernel.epsilon), costs)), -1);
  });
}

/** f = fKL + epsilon log a, LOG_ZERO where there is no mass. */
export function withMasses(klPotential: tf.Tensor, masses: tf.Tensor, epsilon: number): tf.Tensor {
  return tf.tidy(() => {
    const potential = tf.add(klPotential, tf.mul(logMasses(masses), epsilon));
    return tf.where(hasMass(masses), potential, tf.fill(masses.shape, LOG_ZERO));
  });
}

export function checkIterations({ iterations = 100 }: FixedSinkhornOptions): number {
  requireThat(Number.isInteger(iterations) && iterations > 0, "iterations", "a positive integer", iterations);
  return iterations;
}
