// Composed operations of tfjs in float32, on any backend and recorded by a tape. The pairs of a batch go together, until the worst
// of them meets the tolerance.
import * as tf from "@tensorflow/tfjs-core";
import { epsilonOf, type TensorKernel } from "../../geometry/geometry.ts";
import { withMasses } from "../histograms.ts";
import type { SinkhornBatch, SinkhornEngine, SinkhornReport, TensorPotentials, ToleranceRun } from "./engine.ts";
import type { SinkhornStatus } from "./options.ts";
import { resolveDomain } from "./tensor-domain.ts";
import { sinkhornSteps, type SinkhornSteps } from "./unbalanced-steps.ts";

export function tensorEngine(kernel: TensorKernel): SinkhornEngine {
  const epsilon = epsilonOf(kernel);
  return {
    iterate({ a, b }, start, { iterations, domain, rho }) {
      return tf.tidy(() => {
        const steps = sinkhornSteps(domain, kernel, a, b, rho);
        let { first, lambda } = steps.begin(start);
        let second = steps.second(first, lambda);
        lambda = steps.translation(first, second);
        for (let iteration = 1; iteration < iterations; iteration++) {
          first = steps.first(second, lambda);
          second = steps.second(first, lambda);
          lambda = steps.translation(first, second);
        }
        return {
          f: withMasses(steps.firstPotential(first, lambda), a, epsilon),
          g: withMasses(steps.secondPotential(second, lambda), b, epsilon),
        };
      });
    },

    klPotentials({ a, b }, { iterations, domain, rho }) {
      return tf.tidy(() => {
        const steps = sinkhornSteps(domain, kernel, a, b, rho);
        let state: { second: tf.Tensor; lambda: tf.Tensor | undefined } = { second: steps.zero(b), lambda: undefined };
        for (let iteration = 0; iteration < iterations; iteration++) {
          const { second: before, lambda } = state;
          state = tf.tidy(() => {
            const first = steps.first(before, lambda);
            const second = steps.second(first, lambda);
            return { second, lambda: steps.translation(first, second) };
          });
        }
        const { second, lambda } = state;
        const first = steps.first(second, lambda);
        return { fKL: steps.firstPotential(first, lambda), gKL: steps.secondPotential(second, lambda) };
      });
    },

    selfPotential(a, { iterations, domain, rho }) {
      return tf.tidy(() => {
        const steps = sinkhornSteps(domain, kernel, a, a, rho);
        let potential = steps.zero(a);
        for (let iteration = 0; iteration < iterations; iteration++) {
          potential = tf.tidy(() => steps.relax(potential, steps.first(potential), 0.5));
        }
        return steps.firstPotential(potential);
      });
    },

    solve: (batch, start, run) => solve(kernel, batch, start, run),
  };
}

interface Variables {
  /** Undefined before the first iteration. */
  readonly first: tf.Tensor | undefined;
  readonly second: tf.Tensor | undefined;
  /** The first variable that follows from the second one. */
  readonly next: tf.Tensor;
  readonly lambda: tf.Tensor | undefined;
}

async function solve(
  kernel: TensorKernel,
  { a, b }: SinkhornBatch,
  start: tf.Tensor,
  { domain, iterations: most, tolerance, checkEvery, momentum, rho }: ToleranceRun,
): Promise<TensorPotentials & SinkhornReport> {
  const inDomain = <T>(compute: (steps: SinkhornSteps) => T): T =>
    tf.tidy(() => compute(sinkhornSteps(domain, kernel, a, b, rho)) as tf.TensorContainer) as T;
  const errors: number[] = [];
  let status: SinkhornStatus = "max-iterations";
  let iterations = 0;
  const { first: next, lambda } = inDomain((steps) => steps.begin(start));
  let state: Variables = { first: undefined, second: undefined, next, lambda };
  while (iterations < most && status === "max-iterations") {
    const count = Math.min(checkEvery, most - iterations);
    const { worst, ...after } = inDomain((steps) => advance(steps, state, count, momentum));
    disposeVariables(state);
    state = after;
    iterations += count;
    const [error] = await worst.data();
    worst.dispose();
    errors.push(error);
    if (!Number.isFinite(error)) status = "non-finite";
    else if (error <= tolerance) status = "converged";
  }
  const potentials = inDomain(({ firstPotential, secondPotential }) => ({
    f: withMasses(firstPotential(state.first!, state.lambda), a, epsilonOf(kernel)),
    g: withMasses(secondPotential(state.second!, state.lambda), b, epsilonOf(kernel)),
  }));
  disposeVariables(state);
  return { ...potentials, iterations, errors, status, domain: resolveDomain(domain, kernel) };
}

/** Some iterations; returns the variables and the largest violation in the batch. */
function advance(
  steps: SinkhornSteps,
  state: Variables,
  count: number,
  momentum: number,
): Variables & { readonly worst: tf.Tensor } {
  let { first, second, next, lambda } = state;
  for (let step = 1; step <= count; step++) {
    first = first ? steps.relax(first, next, momentum) : next;
    const after = steps.second(first, lambda);
    // Plain before a stopping test, so that the second marginal is exact where the iteration may end.
    second = second && step < count ? steps.relax(second, after, momentum) : after;
    lambda = steps.translation(first, second);
    next = steps.first(second, lambda);
  }
  // A clone, since after a single iteration `first` is the `next` of before, which the caller frees.
  return { first: tf.clone(first!), second, next, lambda, worst: tf.max(steps.violation(first!, next)) };
}

function disposeVariables({ first, second, next, lambda }: Variables): void {
  tf.dispose([first ?? [], second ?? [], next, lambda ?? []]);
}
