import { InputError } from "../../errors.ts";
import { denseGeometry } from "../../geometry/dense.ts";
import { Random } from "../../tensor/random.ts";
import { sinkhornHost } from "../sinkhorn/host.ts";
import { transportPlan } from "../sinkhorn/objective.ts";
import { planMarginalsOf } from "./objective.ts";
import type { ResolvedOptions } from "./options.ts";
import { matrixOfPairs, type GromovProblem } from "./problem.ts";

/** Marginals of a start may be off by this in sum. */
const START_TOLERANCE = 1e-8;

/** Random couplings are those of a uniform cost in [0, 1) at this epsilon: far from the product, and positive. */
const RANDOM_EPSILON = 0.1;

/** Couplings to start from, one after the other, so that only one is held. Throws InputError. */
export function* startingPlans(
  problem: GromovProblem,
  { start, starts, seed }: ResolvedOptions,
): Generator<Float64Array> {
  yield start ? checkedStart(problem, matrixOfPairs(start, problem.n, problem.m, "start")) : productPlan(problem);
  const random = Random.fromSeed(seed);
  for (let index = 1; index < starts; index++) yield randomPlan(problem, random);
}

function productPlan({ x, y, n, m }: GromovProblem): Float64Array {
  const plan = new Float64Array(n * m);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < m; j++, at++) plan[at] = x.weights[i] * y.weights[j];
  return plan;
}

function randomPlan({ x, y, n, m }: GromovProblem, random: Random): Float64Array {
  const cost = denseGeometry(
    random.fill(n * m, () => random.uniform()),
    [n, m],
  );
  const options = { epsilon: RANDOM_EPSILON, tolerance: START_TOLERANCE };
  return transportPlan(cost, sinkhornHost(x.weights, y.weights, cost, options)).data;
}

function checkedStart({ x, y, n, m, rho }: GromovProblem, plan: Float64Array): Float64Array {
  const bad = plan.findIndex((mass) => mass < 0);
  if (bad >= 0) {
    throw new InputError(`start: expected masses >= 0, got ${plan[bad]} at [${Math.floor(bad / m)}, ${bad % m}]`);
  }
  const marginals = planMarginalsOf(plan, n, m);
  [x.weights, y.weights].forEach((weights, side) => {
    if (rho[side] !== Infinity) return;
    const error = violation(marginals[side], weights);
    if (error <= START_TOLERANCE) return;
    const name = side === 0 ? "first" : "second";
    throw new InputError(
      `start: expected the weights as its ${name} marginal, got one that differs by ${error} in sum`,
    );
  });
  if (marginals[0].every((mass) => mass === 0)) throw new InputError("start: expected a plan with mass, got zeros");
  return plan;
}

/** |marginal - weights|_1 */
export function violation(marginal: Float64Array, weights: Float64Array): number {
  return marginal.reduce((sum, mass, index) => sum + Math.abs(mass - weights[index]), 0);
}
