import { InputError } from "../../errors.ts";
import { requireGeometry } from "../../geometry/checks.ts";
import type { Geometry, HostKernel } from "../../geometry/geometry.ts";
import { arrayOf, type ArrayInput } from "../../tensor/inputs.ts";
import type { Numbers } from "../../tensor/ndarray.ts";
import { hostMarginals, totalOf, type HostMarginals } from "../histograms.ts";
import { startingPotential, type HostInitializer } from "../initializers/initializer.ts";
import { ones } from "../initializers/ones.ts";
import { previousSolution } from "../initializers/previous.ts";
import { epsilonStages, type EpsilonScaling } from "./epsilon-scaling.ts";
import {
  ExactIterate,
  finiteOnly,
  untilTolerance,
  type HostPotentials,
  type SinkhornHostResult,
} from "./exact-iterate.ts";
import { checkSinkhornOptions, type SinkhornOptions } from "./options.ts";
import { checkRho, marginalPenalty } from "./rho.ts";

export interface SinkhornHostOptions extends SinkhornOptions {
  /** @default 10000 */
  readonly maxIterations?: number;
  /** @default 1e-9 */
  readonly tolerance?: number;
  /** @default ones */
  readonly initializer?: HostInitializer;
  /** Solves at larger epsilons first, each start being the solution before. @default none */
  readonly epsilonScaling?: EpsilonScaling;
  /** Called after each iteration; for measuring convergence. */
  readonly onIteration?: (iterate: SinkhornHostIterate) => void;
}

interface SinkhornHostIterate {
  /** From 1. */
  readonly iteration: number;
  /** As in the result's `errors`. */
  readonly error: number;
  /** The potentials after this iteration, computed when called. */
  potentials(): HostPotentials;
}

/**
 * Entropic optimal transport between a [n] and b [m] (masses >= 0; equal totals, unless `rho` is finite) in float64 on the host. One iteration is
 * f from g, then g from f, so at exit the second marginal is exact (Cuturi 2013). Unbalanced, an iteration ends with the best constant
 * between f and g, so that it takes no more of them the larger rho is.
 *
 * `domain: "auto"` iterates on scalings as long as underflow provably takes less than 1e-16 of any sum, and goes on in the
 * log domain from there: the result is the log domain's. `"scaling"` never changes and may end as `non-finite`.
 * With epsilon scaling, iterations and errors are those of all stages. Throws InputError for bad masses or options.
 */
export function sinkhornHost(
  a: Numbers,
  b: Numbers,
  geometry: Geometry,
  options: SinkhornHostOptions,
): SinkhornHostResult {
  checkSinkhornOptions(options);
  requireGeometry(geometry, "sinkhornHost");
  return solve(geometry, geometry.hostKernel(options.epsilon), a, b, options);
}

/**
 * Solves a [pairs, n] against b [pairs, m] row by row over one geometry, sharing its kernel. Throws InputError as
 * `sinkhornHost` does.
 */
export function sinkhornHostBatch(
  massesA: ArrayInput,
  massesB: ArrayInput,
  geometry: Geometry,
  options: SinkhornHostOptions,
): SinkhornHostResult[] {
  checkSinkhornOptions(options);
  requireGeometry(geometry, "sinkhornHostBatch");
  const [a, b] = [arrayOf(massesA, 2, "masses a"), arrayOf(massesB, 2, "masses b")];
  if (a.shape[0] !== b.shape[0]) {
    throw new InputError(
      `sinkhorn: expected a [pairs, n] and b [pairs, m], got [${a.shape.join(", ")}] and [${b.shape.join(", ")}]`,
    );
  }
  const kernel = geometry.hostKernel(options.epsilon);
  const row = (data: Float64Array, points: number, pair: number): Float64Array =>
    data.subarray(pair * points, (pair + 1) * points);
  return Array.from({ length: a.shape[0] }, (_, pair) =>
    solve(geometry, kernel, row(a.data, a.shape[1], pair), row(b.data, b.shape[1], pair), options),
  );
}

function solve(
  geometry: Geometry,
  kernel: HostKernel,
  massesA: Numbers,
  massesB: Numbers,
  options: SinkhornHostOptions,
): SinkhornHostResult {
  const { a, b } = hostMarginals(massesA, massesB, geometry.shape, checkRho(options.rho));
  const { epsilon, initializer = ones, epsilonScaling, ...rest } = options;
  if (!epsilonScaling) {
    return iterate(kernel, { a, b }, startingPotential(initializer, { geometry, a, b, epsilon }), options);
  }

  const stages = epsilonStages(geometry, epsilon, epsilonScaling);
  let start = initializer;
  const errors: number[] = [];
  for (const stage of stages) {
    const stageOptions = { ...rest, ...stage, onIteration: undefined };
    const stageKernel = geometry.hostKernel(stage.epsilon);
    const stageStart = startingPotential(start, { geometry, a, b, epsilon: stage.epsilon });
    const { g, errors: stageErrors } = iterate(stageKernel, { a, b }, stageStart, stageOptions);
    for (const error of stageErrors) errors.push(error);
    // The part epsilon log b of g follows epsilon; the rest is what the next stage keeps.
    const next = stages[stages.indexOf(stage) + 1]?.epsilon ?? epsilon;
    start = previousSolution(g.map((value, index) => value + (next - stage.epsilon) * Math.log(b[index])));
  }
  const last = iterate(kernel, { a, b }, startingPotential(start, { geometry, a, b, epsilon }), options);
  const all = [...errors, ...last.errors];
  return { ...last, errors: all, iterations: all.length };
}

function iterate(
  kernel: HostKernel,
  marginals: HostMarginals,
  start: Float64Array,
  options: SinkhornHostOptions,
): SinkhornHostResult {
  const { domain = "auto", maxIterations = 10_000, tolerance = 1e-9, momentum = 1, onIteration } = options;
  const penalty = marginalPenalty(options.rho, kernel.epsilon);
  const logV = start.map((value) => value / kernel.epsilon);
  const state = new ExactIterate(kernel, marginals, { logU: undefined, logV }, domain, penalty);
  const total = totalOf(marginals.a);

  /** The second half step, and K v: it tells the error and is the next first half step's. */
  const finishIteration = (omega: number): number => {
    state.updateSecond(omega);
    state.applyKernel();
    return state.violation() / total;
  };

  state.applyKernel();
  const { errors, status } = untilTolerance(
    (iteration) => {
      state.updateFirst(momentum);
      const error = finishIteration(momentum);
      onIteration?.({ iteration, error, potentials: () => state.potentials() });
      return error;
    },
    tolerance,
    maxIterations,
  );
  // An over-relaxed v meets neither marginal; a plain half step makes the second exact and the sum of both no larger.
  if (momentum !== 1 && status !== "non-finite") errors[errors.length - 1] = finishIteration(1);
  const result = { ...state.potentials(), iterations: errors.length, errors, status, domain: state.domain };
  return finiteOnly(result, marginals);
}
