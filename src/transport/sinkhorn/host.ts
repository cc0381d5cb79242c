import { InputError } from "../../errors.ts";
import { requireGeometry } from "../../geometry/checks.ts";
import type { Geometry, HostKernel } from "../../geometry/geometry.ts";
import { arrayOf, type ArrayInput } from "../../tensor/inputs.ts";
import type { Numbers } from "../../tensor/ndarray.ts";
import { hostMarginals, totalOf, type HostMarginals } from "../histograms.ts";
import { startingPotential, type HostInitializer } from "../initializers/initializer.ts";
import { ones } from "../initializers/ones.ts";
import { rivalOf } from "../initializers/rival.ts";
import { previousSolution } from "../initializers/previous.ts";
import { epsilonStages, type EpsilonScaling } from "./epsilon-scaling.ts";
import {
  ExactIterate,
  finiteOnly,
  untilTolerance,
  type HostPotentials,
  type SinkhornHostResult,
} from "./exact-iterate.ts";
import { isGuarded, type GuardOption } from "./guard.ts";
import { checkSinkhornOptions, type SinkhornOptions } from "./options.ts";
import { checkRho, marginalPenalty } from "./rho.ts";

export interface SinkhornHostOptions extends SinkhornOptions, GuardOption {
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
  const stages = epsilonScaling ? epsilonStages(geometry, epsilon, epsilonScaling) : [];
  const startsAt = (from: HostInitializer, at: number): NamedPotential => ({
    name: from.name,
    g: startingPotential(from, { geometry, a, b, epsilon: at }),
  });
  const first = stages[0]?.epsilon ?? epsilon;
  let starts = [startsAt(initializer, first)];
  if (isGuarded(initializer, options, options.rho)) starts.push(startsAt(rivalOf(geometry), first));
  let taken = initializer.name;
  const errors: number[] = [];
  for (const [index, stage] of stages.entries()) {
    const stageOptions = { ...rest, ...stage, onIteration: undefined };
    const {
      g,
      start,
      errors: stageErrors,
    } = iterate(geometry.hostKernel(stage.epsilon), { a, b }, starts, stageOptions);
    if (index === 0) taken = start!;
    for (const error of stageErrors) errors.push(error);
    // The part epsilon log b of g follows epsilon; the rest is what the next stage keeps.
    const next = stages[index + 1]?.epsilon ?? epsilon;
    const moved = g.map((value, point) => value + (next - stage.epsilon) * Math.log(b[point]));
    starts = [startsAt(previousSolution(moved), next)];
  }
  const last = iterate(kernel, { a, b }, starts, options);
  if (stages.length === 0) return last;
  const all = [...errors, ...last.errors];
  return { ...last, start: taken, errors: all, iterations: all.length };
}

interface NamedPotential {
  readonly name: string;
  /** [m], cost units */
  readonly g: Float64Array;
}

/** From one start, or from the better of two (see `guard.ts`). */
function iterate(
  kernel: HostKernel,
  marginals: HostMarginals,
  starts: readonly NamedPotential[],
  options: SinkhornHostOptions,
): SinkhornHostResult {
  const { domain = "auto", maxIterations = 10_000, tolerance = 1e-9, momentum = 1, onIteration } = options;
  const penalty = marginalPenalty(options.rho, kernel.epsilon);
  const begun = starts.map(({ name, g }) => {
    const logV = g.map((value) => value / kernel.epsilon);
    const state = new ExactIterate(kernel, marginals, { logU: undefined, logV }, domain, penalty);
    state.applyKernel();
    return { name, state };
  });
  const isCompared = begun.length > 1;
  const { name: start, state } = isCompared ? furtherUp(begun, marginals) : begun[0];
  const total = totalOf(marginals.a);

  const report = (iteration: number, error: number): number => {
    onIteration?.({ iteration, error, potentials: () => state.potentials() });
    return error;
  };

  /** The second half step, and K v: it tells the error and is the next first half step's. */
  const finishIteration = (omega: number): number => {
    state.updateSecond(omega);
    state.applyKernel();
    return state.violation() / total;
  };

  const { errors, status } = untilTolerance(
    (iteration) => {
      if (isCompared && iteration === 1) return report(iteration, state.violation() / total);
      state.updateFirst(momentum);
      return report(iteration, finishIteration(momentum));
    },
    tolerance,
    maxIterations,
  );
  // An over-relaxed v meets neither marginal; a plain half step makes the second exact and the sum of both no larger.
  if (momentum !== 1 && status !== "non-finite") errors[errors.length - 1] = finishIteration(1);
  const result = { ...state.potentials(), iterations: errors.length, errors, status, domain: state.domain, start };
  return finiteOnly(result, marginals);
}

interface Begun {
  readonly name: string;
  readonly state: ExactIterate;
}

/** Of two states that have begun, after one iteration of each, the one with the larger dual value; the second where none is finite. */
function furtherUp([guess, rival]: readonly Begun[], { a, b }: HostMarginals): Begun {
  const [ours, theirs] = [guess, rival].map(({ state }) => {
    state.updateFirst(1);
    state.updateSecond(1);
    state.applyKernel();
    const { f, g } = state.potentials();
    return expectation(f, a) + expectation(g, b);
  });
  return ours >= theirs ? guess : rival;
}

/** Of a potential, which is -Infinity where there is no mass. */
function expectation(potential: Float64Array, masses: Float64Array): number {
  return masses.reduce((sum, mass, index) => (mass > 0 ? sum + mass * potential[index] : sum), 0);
}
