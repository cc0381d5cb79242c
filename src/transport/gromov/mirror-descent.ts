import { OptionError } from "../../errors.ts";
import {
  costOfMass,
  entropiesOf,
  entropyFromEntries,
  entropyFromPotentials,
  penaltyOf,
  totalMass,
  type PlanEntropies,
} from "./entropy.ts";
import { innerProduct, planMarginalsOf } from "./objective.ts";
import type { ResolvedOptions } from "./options.ts";
import { gradientOf, gromovCostAt, valueOf, type GromovProblem } from "./problem.ts";
import { project, type Potentials, type Projection } from "./projection.ts";
import type { GromovStep } from "./result.ts";
import type { GromovRun } from "./run.ts";

/** A plan of less mass has no digits left. */
const LEAST_MASS = 1e-100;

/** A plan and what is known of it. */
interface Iterate {
  readonly plan: Float64Array;
  /** L at the plan. */
  readonly gromov: Float64Array;
  readonly value: number;
  readonly entropies: PlanEntropies;
  readonly objective: number;
}

/**
 * Projected mirror descent: each plan solves the problem that is linearised at the one before, by Sinkhorn's iteration (Peyre,
 * Cuturi, Solomon 2016, equation 9). With relaxed marginals it is the alternate minimisation of Sejourne, Vialard and Peyre 2021
 * (algorithm 1): the cost has what mass costs in the penalties, and plans are rescaled, which makes their masses agree.
 */
export function mirrorDescent(problem: GromovProblem, start: Float64Array, options: ResolvedOptions): GromovRun {
  const { tolerance, maxIterations } = options;
  const epsilon = options.epsilon!;
  const proximal = options.regularization === "proximal";
  const counted = proximal ? 0 : epsilon; // of the entropy in the objective
  const massIsGiven = problem.rho.includes(Infinity);

  const evaluated = (
    plan: Float64Array,
    marginals: readonly [Float64Array, Float64Array],
    entropy: number,
  ): Iterate => {
    const gromov = gromovCostAt(problem, plan);
    const value = valueOf(problem, gromov, plan);
    const entropies = entropiesOf(problem, marginals, entropy);
    return { plan, gromov, value, entropies, objective: value + penaltyOf(problem, counted, entropies) };
  };
  let iterate = evaluated(start, planMarginalsOf(start, problem.n, problem.m), entropyFromEntries(problem, start));
  let logRatios = proximal ? startLogRatios(problem, start, epsilon) : undefined;
  let potentials: Potentials | undefined;
  const history: GromovStep[] = [];
  let status: GromovRun["status"] = "max-iterations";

  while (history.length < maxIterations) {
    const mass = massIsGiven ? 1 : iterate.entropies.mass;
    const cost = gradientOf(problem, iterate.gromov);
    if (!massIsGiven) addTo(cost, costOfMass(problem, counted, iterate.entropies));
    if (logRatios) for (let at = 0; at < cost.length; at++) cost[at] -= logRatios[at];
    if (!Number.isFinite(iterate.objective) || !cost.every(Number.isFinite)) {
      status = "non-finite";
      break;
    }
    // a proximal cost holds the plan before, which potentials of zero give back
    const next = project(problem, { cost, epsilon, mass, potentials: proximal ? undefined : potentials }, options);
    potentials = next;
    if (logRatios) logRatios = logRatiosOf(problem, cost, next, epsilon);
    const transportCost = innerProduct(cost, next.plan);
    const moved = totalMass(next.marginals[0]);
    if (moved < LEAST_MASS) throw vanished(problem);
    const scale = massIsGiven ? 1 : Math.sqrt(mass / moved);
    if (scale !== 1) for (const masses of [next.plan, ...next.marginals]) multiply(masses, scale);

    const residual = distance(next.plan, iterate.plan) / totalMass(next.marginals[0]);
    const { marginals } = next;
    const entropy = entropyFromPotentials(problem, next, marginals, scale * transportCost, epsilon * mass, scale);
    iterate = evaluated(next.plan, marginals, entropy);
    history.push({ objective: iterate.objective, residual, innerIterations: next.iterations });
    if (residual <= tolerance && next.converged) {
      status = "converged";
      break;
    }
  }
  const { plan, value, objective } = iterate;
  if (!Number.isFinite(objective)) status = "non-finite";
  const none = { f: new Float64Array(problem.n), g: new Float64Array(problem.m) };
  const { f, g } = potentials ?? none;
  return { plan, potentials: { f, g }, value, objective, status, history };
}

/** epsilon log P / p q^T of a start; a zero counts as the smallest number. */
function startLogRatios({ x, y, n, m }: GromovProblem, plan: Float64Array, epsilon: number): Float64Array {
  const ratios = new Float64Array(n * m);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      const product = x.weights[i] * y.weights[j];
      if (product > 0) ratios[at] = epsilon * Math.log(Math.max(plan[at], Number.MIN_VALUE) / product);
    }
  }
  return ratios;
}

/** The same of a solution, from potentials and costs, which do not underflow. */
function logRatiosOf(
  { x, y, n, m }: GromovProblem,
  cost: Float64Array,
  { f, g }: Projection,
  epsilon: number,
): Float64Array {
  const bare = (potential: Float64Array, weights: Float64Array) =>
    potential.map((value, index) => (weights[index] > 0 ? value - epsilon * Math.log(weights[index]) : 0));
  const [first, second] = [bare(f, x.weights), bare(g, y.weights)];
  const ratios = new Float64Array(n * m);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m; j++, at++) ratios[at] = first[i] + second[j] - cost[at];
  return ratios;
}

function vanished({ rho }: GromovProblem): OptionError {
  return new OptionError("rho", `at ${rho.join(", ")} leaving all mass costs less than moving it; raise rho`);
}

function addTo(values: Float64Array, constant: number): void {
  for (let at = 0; at < values.length; at++) values[at] += constant;
}

function multiply(values: Float64Array, factor: number): void {
  for (let at = 0; at < values.length; at++) values[at] *= factor;
}

/** |a - b|_1 */
function distance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += Math.abs(a[at] - b[at]);
  return sum;
}
