// Fused WGSL kernels for a dense cost and for clouds, whose matrix is never formed: one launch a half step, logarithms in units of
// epsilon throughout. The pairs of a batch go together, until the worst of them meets the tolerance; only the tests are read back.
import type * as tf from "@tensorflow/tfjs-core";
import type { CostSource } from "../../../webgpu/costs/source.ts";
import type { FixedRun, SinkhornBatch, SinkhornEngine, SinkhornReport, ToleranceRun } from "../engine.ts";
import type { SinkhornStatus } from "../options.ts";
import { DeviceHalfSteps } from "./half-steps.ts";

/** `domain` is not looked at: scalings would save nothing where each pass forms K again. */
export function costEngine(source: CostSource, epsilon: number): SinkhornEngine {
  function stepping<T>(batch: SinkhornBatch, { rho }: FixedRun, run: (steps: DeviceHalfSteps) => T): T {
    const steps = new DeviceHalfSteps(source, epsilon, batch, rho);
    try {
      return run(steps);
    } finally {
      steps.dispose();
    }
  }

  return {
    iterate: (batch, start, run) =>
      stepping(batch, run, (steps) => {
        steps.begin(start);
        iterateSteps(steps, run.iterations);
        return steps.potentials();
      }),

    klPotentials: (batch, run) =>
      stepping(batch, run, (steps) => {
        iterateSteps(steps, run.iterations);
        steps.updateFirst(1);
        return steps.klPotentials();
      }),

    selfPotential: (a, run) =>
      stepping({ a, b: a }, run, (steps) => {
        for (let iteration = 0; iteration < run.iterations; iteration++) steps.average();
        const { fKL, gKL } = steps.klPotentials();
        gKL.dispose();
        return fKL;
      }),

    async solve(batch, start, run) {
      const steps = new DeviceHalfSteps(source, epsilon, batch, run.rho);
      try {
        steps.begin(start);
        const report = await untilTolerance(steps, run);
        return { ...steps.potentials(), ...report };
      } finally {
        steps.dispose();
      }
    },
  };
}

/** Plain ones. */
function iterateSteps(steps: DeviceHalfSteps, count: number): void {
  for (let iteration = 0; iteration < count; iteration++) {
    steps.updateFirst(1);
    steps.updateSecond(1);
    steps.translate();
  }
}

async function untilTolerance(steps: DeviceHalfSteps, run: ToleranceRun): Promise<SinkhornReport> {
  const { iterations: most, tolerance, checkEvery, momentum } = run;
  const errors: number[] = [];
  let status: SinkhornStatus = "max-iterations";
  let iterations = 0;
  while (iterations < most && status === "max-iterations") {
    const count = Math.min(checkEvery, most - iterations);
    for (let step = 1; step <= count; step++) {
      const isVeryFirst = iterations === 0 && step === 1;
      if (step === 1 && !isVeryFirst) steps.follow(momentum);
      else steps.updateFirst(isVeryFirst ? 1 : momentum);
      // plain before a test, so that the second marginal is exact where the iteration may end
      steps.updateSecond(isVeryFirst || step === count ? 1 : momentum);
      steps.translate();
    }
    iterations += count;
    const error = await worstOf(steps.violation());
    errors.push(error);
    if (!Number.isFinite(error)) status = "non-finite";
    else if (error <= tolerance) status = "converged";
  }
  return { status, iterations, errors, domain: "log" };
}

async function worstOf(violations: tf.Tensor): Promise<number> {
  const values = await violations.data();
  violations.dispose();
  return Float32Array.from(values).reduce((worst, value) => Math.max(worst, value), 0);
}
