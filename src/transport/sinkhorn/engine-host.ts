// Float64 on the host, in TypeScript, one pair after the other: where the addon is not there, or cannot, and float32 scalings would
// not do. Numbers are copied in and out.
import type * as tf from "@tensorflow/tfjs-core";
import type { TensorKernel } from "../../geometry/geometry.ts";
import { LOG_ZERO } from "../../geometry/log-sum.ts";
import { rowsOf } from "../../tensor/ndarray.ts";
import { stackRows } from "../../tensor/rows.ts";
import { totalOf, type HostMarginals } from "../histograms.ts";
import type {
  FixedRun,
  SinkhornBatch,
  SinkhornEngine,
  SinkhornReport,
  TensorPotentials,
  ToleranceRun,
} from "./engine.ts";
import { ExactIterate, type HostPotentials } from "./exact-iterate.ts";
import { klPotentials } from "./objective.ts";
import type { SinkhornStatus } from "./options.ts";
import { joinReports } from "./report.ts";
import { marginalPenalty } from "./rho.ts";

export function hostEngine({ geometry, epsilon }: TensorKernel): SinkhornEngine {
  const kernel = geometry.hostKernel(epsilon);

  /** `run` on each pair, from a start g in cost units or, without one, from gKL = 0. */
  function overPairs<Result>(
    { a, b }: SinkhornBatch,
    start: tf.Tensor | undefined,
    { domain, rho }: FixedRun,
    run: (state: ExactIterate, marginals: HostMarginals) => Result,
  ): Result[] {
    const penalty = marginalPenalty(rho, epsilon);
    const second = rowsOfTensor(b);
    const starts = start && rowsOfTensor(start);
    return rowsOfTensor(a).map((masses, pair) => {
      const marginals = { a: masses, b: second[pair] };
      const logV = marginals.b.map((mass, j) => (starts && mass > 0 ? starts[pair][j] / epsilon : Math.log(mass)));
      const state = new ExactIterate(kernel, marginals, { logU: undefined, logV }, domain, penalty);
      state.applyKernel();
      return run(state, marginals);
    });
  }

  return {
    iterate(batch, start, run) {
      const potentials = overPairs(batch, start, run, (state) => {
        advance(state, run.iterations, 1, true);
        return state.potentials();
      });
      return asTensors(potentials, batch);
    },

    klPotentials(batch, run) {
      const { a, b } = batch;
      const potentials = overPairs(batch, undefined, run, (state, { b: masses }) => {
        advance(state, run.iterations, 1, true);
        const { g, ...solution } = state.potentials();
        const { fKL, gKL } = klPotentials(geometry, { g, ...solution });
        if (!run.rho) return { fKL, gKL };
        // since the last half step the constant has moved, which a soft transform of f has in part
        const most = masses.reduce((best, mass, j) => (mass > masses[best] ? j : best), 0);
        const moved = g[most] - epsilon * Math.log(masses[most]) - gKL[most];
        return { fKL, gKL: gKL.map((value) => value + moved) };
      });
      const [fKL, gKL] = [potentials.map((pair) => pair.fKL), potentials.map((pair) => pair.gKL)];
      return { fKL: stackRows(fKL, a.shape), gKL: stackRows(gKL, b.shape) };
    },

    selfPotential(a, { iterations, rho }) {
      const tau = marginalPenalty(rho, epsilon)?.tau.a ?? 1;
      const rows = rowsOfTensor(a).map((masses) => {
        const logMasses = masses.map(Math.log);
        const logScaling = new Float64Array(masses.length);
        const logProduct = new Float64Array(masses.length);
        const potential = new Float64Array(masses.length); // in units of epsilon
        for (let iteration = 0; iteration < iterations; iteration++) {
          logScaling.forEach((_, i) => (logScaling[i] = potential[i] + logMasses[i]));
          kernel.logApply(logScaling, logProduct);
          logProduct.forEach((log, i) => (potential[i] = (potential[i] - tau * log) / 2));
        }
        return potential.map((value) => value * epsilon);
      });
      return stackRows(rows, a.shape);
    },

    async solve(batch, start, run) {
      const solved = overPairs(batch, start, run, (state, { a }) => {
        const report = untilTolerance(state, run, run.rho ? totalOf(a) : 1);
        return { ...report, ...state.potentials() };
      });
      return { ...joinReports(solved, run.checkEvery), ...asTensors(solved, batch) };
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

function untilTolerance(state: ExactIterate, run: ToleranceRun, total: number): SinkhornReport {
  const errors: number[] = [];
  let status: SinkhornStatus = "max-iterations";
  let iterations = 0;
  while (iterations < run.iterations && status === "max-iterations") {
    const count = Math.min(run.checkEvery, run.iterations - iterations);
    advance(state, count, run.momentum, iterations === 0);
    iterations += count;
    const error = state.violation() / total;
    errors.push(error);
    if (!Number.isFinite(error)) status = "non-finite";
    else if (error <= run.tolerance) status = "converged";
  }
  return { status, iterations, errors, domain: state.domain };
}

function asTensors(pairs: readonly HostPotentials[], { a, b }: SinkhornBatch): TensorPotentials {
  const stored = (row: Float64Array): Float64Array => row.map((value) => Math.max(value, LOG_ZERO));
  return {
    f: stackRows(
      pairs.map(({ f }) => stored(f)),
      a.shape,
    ),
    g: stackRows(
      pairs.map(({ g }) => stored(g)),
      b.shape,
    ),
  };
}

function rowsOfTensor(tensor: tf.Tensor): Float64Array[] {
  return rowsOf(Float64Array.from(tensor.dataSync()), tensor.shape.at(-1)!);
}
