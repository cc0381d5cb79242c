// Float64 on the host, in TypeScript, one pair after the other: where the addon is not there, or cannot, and float32 scalings would
// not do. Numbers are copied in and out.
import * as tf from "@tensorflow/tfjs-core";
import type { HostKernel, TensorKernel } from "../../geometry/geometry.ts";
import { LOG_ZERO } from "../../geometry/log-matvec.ts";
import type { SinkhornBatch, SinkhornEngine, SinkhornReport, ToleranceRun } from "./engine.ts";
import { ExactIterate } from "./exact-iterate.ts";
import type { SinkhornStatus } from "./options.ts";
import { joinReports } from "./report.ts";

export function hostEngine({ geometry, epsilon }: TensorKernel): SinkhornEngine {
  const kernel = geometry.hostKernel(epsilon);

  /** Of each pair, from a start g in cost units or, without one, from gKL = 0. */
  function iterates({ a, b }: SinkhornBatch, start: tf.Tensor | undefined, domain: ToleranceRun["domain"]) {
    const [first, second, starts] = [a, b, start].map((tensor) => tensor && rowsOf(tensor));
    return first!.map((masses, pair) => {
      const marginals = { a: masses, b: second![pair] };
      const logV = marginals.b.map((mass, j) => (starts && mass > 0 ? starts[pair][j] / epsilon : Math.log(mass)));
      const state = new ExactIterate(kernel, marginals, { logU: undefined, logV }, domain);
      state.applyKernel();
      return state;
    });
  }

  return {
    iterate({ a, b }, start, { iterations, domain }) {
      const states = iterates({ a, b }, start, domain);
      states.forEach((state) => advance(state, iterations, 1, true));
      return potentialsOf(states, a, b);
    },

    klPotentials({ a, b }, { iterations, domain }) {
      const states = iterates({ a, b }, undefined, domain);
      const halfStep = (apply: HostKernel["logApply"], from: "f" | "g", to: tf.Tensor): tf.Tensor => {
        const rows = states.map((state) => {
          const logScaling = state.potentials()[from].map((value) => value / epsilon);
          return apply(logScaling, new Float64Array(to.shape.at(-1)!)).map((log) => -epsilon * log);
        });
        return stack(rows, to.shape);
      };
      states.forEach((state) => advance(state, iterations, 1, true));
      return { fKL: halfStep(kernel.logApply, "g", a), gKL: halfStep(kernel.logApplyTranspose, "f", b) };
    },

    selfPotential(a, { iterations }) {
      const rows = rowsOf(a).map((masses) => {
        const logMasses = masses.map(Math.log);
        const logScaling = new Float64Array(masses.length);
        const logProduct = new Float64Array(masses.length);
        const potential = new Float64Array(masses.length); // in units of epsilon
        for (let iteration = 0; iteration < iterations; iteration++) {
          logScaling.forEach((_, i) => (logScaling[i] = potential[i] + logMasses[i]));
          kernel.logApply(logScaling, logProduct);
          logProduct.forEach((log, i) => (potential[i] = (potential[i] - log) / 2));
        }
        return potential.map((value) => value * epsilon);
      });
      return stack(rows, a.shape);
    },

    async solve({ a, b }, start, run) {
      const states = iterates({ a, b }, start, run.domain);
      const reports = states.map((state) => untilTolerance(state, run));
      return { ...joinReports(reports, run.checkEvery), ...potentialsOf(states, a, b) };
    },
  };
}

/** So many iterations; the second update of the last one is plain, and of the very first one, too. */
function advance(state: ExactIterate, count: number, momentum: number, isFirst: boolean): void {
  for (let step = 1; step <= count; step++) {
    state.updateFirst(momentum);
    state.updateSecond(step === count || (isFirst && step === 1) ? 1 : momentum);
    state.applyKernel();
  }
}

function untilTolerance(state: ExactIterate, run: ToleranceRun): SinkhornReport {
  const errors: number[] = [];
  let status: SinkhornStatus = "max-iterations";
  let iterations = 0;
  while (iterations < run.iterations && status === "max-iterations") {
    const count = Math.min(run.checkEvery, run.iterations - iterations);
    advance(state, count, run.momentum, iterations === 0);
    iterations += count;
    const error = state.violation();
    errors.push(error);
    if (!Number.isFinite(error)) status = "non-finite";
    else if (error <= run.tolerance) status = "converged";
  }
  return { status, iterations, errors, domain: state.domain };
}

function potentialsOf(states: readonly ExactIterate[], a: tf.Tensor, b: tf.Tensor) {
  const all = states.map((state) => state.potentials());
  const stored = (rows: Float64Array[]): Float64Array[] => rows.map((row) => row.map((v) => Math.max(v, LOG_ZERO)));
  return { f: stack(stored(all.map(({ f }) => f)), a.shape), g: stack(stored(all.map(({ g }) => g)), b.shape) };
}

/** The rows of [..., n] in float64. */
function rowsOf(tensor: tf.Tensor): Float64Array[] {
  const data = tensor.dataSync();
  const length = tensor.shape.at(-1)!;
  return Array.from({ length: data.length / length }, (_, row) =>
    Float64Array.from(data.subarray(row * length, (row + 1) * length)),
  );
}

function stack(rows: readonly Float64Array[], shape: number[]): tf.Tensor {
  const data = new Float32Array(rows.reduce((sum, row) => sum + row.length, 0));
  rows.forEach((row, index) => data.set(row, index * row.length));
  return tf.tensor(data, shape, "float32");
}
