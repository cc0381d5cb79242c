// Composed operations of tfjs in float32, on any backend and recorded by a tape. The pairs of a batch go together, until the worst
// of them meets the tolerance.
import * as tf from "@tensorflow/tfjs-core";
import { epsilonOf, type TensorKernel } from "../../geometry/geometry.ts";
import { withMasses } from "../histograms.ts";
import type { SinkhornBatch, SinkhornEngine, SinkhornReport, TensorPotentials, ToleranceRun } from "./engine.ts";
import type { SinkhornStatus } from "./options.ts";
import { resolveDomain, tensorDomain, type TensorDomain } from "./tensor-domain.ts";

export function tensorEngine(kernel: TensorKernel): SinkhornEngine {
  const epsilon = epsilonOf(kernel);
  return {
    iterate({ a, b }, start, { iterations, domain }) {
      return tf.tidy(() => {
        const steps = tensorDomain(domain, kernel, a, b);
        let first = steps.firstFromPotential(start);
        let second = steps.second(first);
        for (let iteration = 1; iteration < iterations; iteration++) {
          first = steps.first(second);
          second = steps.second(first);
        }
        return {
          f: withMasses(steps.klPotential(first), a, epsilon),
          g: withMasses(steps.klPotential(second), b, epsilon),
        };
      });
    },

    klPotentials({ a, b }, { iterations, domain }) {
      return tf.tidy(() => {
        const steps = tensorDomain(domain, kernel, a, b);
        let second = steps.second(steps.first(steps.zero(b)));
        for (let iteration = 1; iteration < iterations; iteration++) {
          second = tf.tidy(() => steps.second(steps.first(second)));
        }
        return { fKL: steps.klPotential(steps.first(second)), gKL: steps.klPotential(second) };
      });
    },

    selfPotential(a, { iterations, domain }) {
      return tf.tidy(() => {
        const steps = tensorDomain(domain, kernel, a, a);
        let potential = steps.zero(a);
        for (let iteration = 0; iteration < iterations; iteration++) {
          potential = tf.tidy(() => steps.relax(potential, steps.first(potential), 0.5));
        }
        return steps.klPotential(potential);
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
}

async function solve(
  kernel: TensorKernel,
  { a, b }: SinkhornBatch,
  start: tf.Tensor,
  { domain, iterations: most, tolerance, checkEvery, momentum }: ToleranceRun,
): Promise<TensorPotentials & SinkhornReport> {
  const inDomain = <T extends tf.TensorContainer>(compute: (steps: TensorDomain) => T): T =>
    tf.tidy(() => compute(tensorDomain(domain, kernel, a, b)));
  const errors: number[] = [];
  let status: SinkhornStatus = "max-iterations";
  let iterations = 0;
  let state: Variables = {
    first: undefined,
    second: undefined,
    next: inDomain((steps) => steps.firstFromPotential(start)),
  };
  while (iterations < most && status === "max-iterations") {
    const count = Math.min(checkEvery, most - iterations);
    const [first, second, next, worst] = inDomain((steps) => advance(steps, state, count, momentum));
    tf.dispose([state.first ?? [], state.second ?? [], state.next]);
    state = { first, second, next };
    iterations += count;
    const [error] = await worst.data();
    worst.dispose();
    errors.push(error);
    if (!Number.isFinite(error)) status = "non-finite";
    else if (error <= tolerance) status = "converged";
  }
  const potentials = inDomain(({ klPotential }) => ({
    f: withMasses(klPotential(state.first!), a, epsilonOf(kernel)),
    g: withMasses(klPotential(state.second!), b, epsilonOf(kernel)),
  }));
  tf.dispose([state.first!, state.second!, state.next]);
  return { ...potentials, iterations, errors, status, domain: resolveDomain(domain, kernel) };
}

/** Some iterations; returns the variables and the largest violation in the batch. */
function advance(steps: TensorDomain, state: Variables, count: number, momentum: number): tf.Tensor[] {
  let { first, second, next } = state;
  for (let step = 1; step <= count; step++) {
    first = first ? steps.relax(first, next, momentum) : next;
    const after = steps.second(first);
    // Plain before a stopping test, so that the second marginal is exact where the iteration may end.
    second = second && step < count ? steps.relax(second, after, momentum) : after;
    next = steps.first(second);
  }
  // A clone, since after a single iteration `first` is the `next` of before, which the caller frees.
  return [tf.clone(first!), second!, next, tf.max(steps.violation(first!, next))];
}
