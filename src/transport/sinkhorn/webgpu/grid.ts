import type { GridGeometry } from "../../../geometry/geometry.ts";
import { submit } from "../../../webgpu/launch.ts";
import type { GridInputs, GridRun, GridSolve } from "../../../webgpu/sinkhorn-grid/run.ts";
import { solveLarge } from "../../../webgpu/sinkhorn-grid/solve-large.ts";
import { pairThreads, solvePairs } from "../../../webgpu/sinkhorn-grid/solve-pairs.ts";
import type { FixedRun, SinkhornEngine, SinkhornReport, ToleranceRun } from "../engine.ts";

/** A workgroup a pair where it holds the grid, else a launch an axis of each half step. */
export function gridEngine({ size, spacing }: GridGeometry, epsilon: number): SinkhornEngine {
  const begin = (run: GridRun, inputs: GridInputs): GridSolve =>
    (pairThreads(size) ? solvePairs : solveLarge)({ size, spacing, epsilon }, run, inputs);
  const fixed = (run: GridRun, inputs: GridInputs) => {
    const solve = begin(run, inputs);
    while (solve.advance() < run.iterations) submit();
    return solve.finish();
  };

  return {
    iterate({ a, b }, start, run) {
      const { f, g } = fixed(runOf(run), { a, b, start });
      return { f, g: g! };
    },
    klPotentials({ a, b }, run) {
      const { f, g } = fixed({ ...runOf(run), isKl: true }, { a, b, start: undefined });
      return { fKL: f, gKL: g! };
    },
    selfPotential(a, run) {
      const settings = { ...runOf(run), isKl: true, isSymmetric: true, momentum: 0.5 };
      return fixed(settings, { a, b: a, start: undefined }).f;
    },
    async solve({ a, b }, start, run) {
      const { checkEvery, tolerance, momentum } = run;
      const solve = begin({ ...runOf(run), checkEvery, tolerance, momentum }, { a, b, start });
      const report = await untilEnd(solve, run);
      const { f, g } = solve.finish();
      return { f, g: g!, ...report };
    },
  };
}

function runOf({ iterations, domain, rho }: FixedRun): GridRun {
  return { iterations, domain, rho, checkEvery: 0, tolerance: 0, momentum: 1, isKl: false, isSymmetric: false };
}

const STATUS = ["converged", "max-iterations", "non-finite"] as const;

/**
 * While a submission's tests are read, the next one runs: a device does not wait for the host. Pairs have an end of their own there, so a
 * submission too many changes nothing.
 */
async function untilEnd(solve: GridSolve, { iterations: most, checkEvery }: ToleranceRun): Promise<SinkhornReport> {
  const all: number[] = [];
  let round;
  let recorded = solve.advance();
  do {
    const reading = solve.read(); // hands over what was recorded, before what follows
    if (recorded < most) recorded = solve.advance();
    submit();
    round = await reading;
    for (const error of round.errors) all.push(error);
  } while (round.running > 0);
  const bad = all.findIndex((error) => !Number.isFinite(error));
  const tests = Math.ceil(round.iterations / checkEvery);
  const errors = all.slice(0, bad < 0 ? tests : bad + 1);
  return {
    status: STATUS[round.status],
    iterations: Math.min(round.iterations, bad < 0 ? most : errors.length * checkEvery),
    errors,
    domain: round.isLog ? "log" : "scaling",
  };
}
