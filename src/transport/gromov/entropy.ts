import type { GromovProblem } from "./problem.ts";
import type { Potentials } from "./projection.ts";

/** What besides the plan the objective counts: relative to p q^T, without the terms of the mass. */
export interface PlanEntropies {
  /** <P, log P / p q^T> */
  readonly plan: number;
  /** <P 1, log P 1 / p> and its like for q; 0 at a marginal that is not relaxed. */
  readonly marginals: readonly [first: number, second: number];
  readonly mass: number;
}

/**
 * epsilon and rho times half of KL(P x P | Q x Q) = 2 mass <P, log P / Q> - mass^2 + 1, for Q the measures of mass one that P and
 * its marginals are compared with. For P of mass one it is KL(P | Q).
 */
export function penaltyOf({ rho }: GromovProblem, epsilon: number, { plan, marginals, mass }: PlanEntropies): number {
  const half = (entropy: number) => mass * entropy - (mass * mass - 1) / 2;
  let sum = epsilon > 0 ? epsilon * half(plan) : 0;
  rho.forEach((strength, side) => {
    if (strength > 0 && strength < Infinity) sum += strength * half(marginals[side]);
  });
  return sum;
}

/** The derivative of the penalties in the mass of the other plan: what each unit of mass costs. */
export function costOfMass({ rho }: GromovProblem, epsilon: number, { plan, marginals }: PlanEntropies): number {
  let sum = epsilon > 0 ? epsilon * plan : 0;
  rho.forEach((strength, side) => {
    if (strength > 0 && strength < Infinity) sum += strength * marginals[side];
  });
  return sum;
}

/** Of a plan whose entropy is known. */
export function entropiesOf(
  { x, y, rho }: GromovProblem,
  marginals: readonly [Float64Array, Float64Array],
  plan: number,
): PlanEntropies {
  const side = (index: 0 | 1, weights: Float64Array) =>
    rho[index] > 0 && rho[index] < Infinity ? relativeEntropy(marginals[index], weights) : 0;
  return { plan, marginals: [side(0, x.weights), side(1, y.weights)], mass: totalMass(marginals[0]) };
}

/** <P, log P / p q^T> from the entries. */
export function entropyFromEntries({ x, y, n, m }: GromovProblem, plan: Float64Array): number {
  let sum = 0;
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < m; j++, at++) {
      if (plan[at] > 0) sum += plan[at] * Math.log(plan[at] / (x.weights[i] * y.weights[j]));
    }
  }
  return sum;
}

/** The same from the potentials of the problem that P = scale exp((f + g - cost) / epsilon) solves, without a logarithm an entry. */
export function entropyFromPotentials(
  { x, y }: GromovProblem,
  { f, g }: Potentials,
  marginals: readonly [Float64Array, Float64Array],
  transportCost: number,
  epsilon: number,
  scale: number,
): number {
  const side = (potential: Float64Array, weights: Float64Array, marginal: Float64Array) =>
    marginal.reduce((sum, mass, index) => {
      return mass > 0 ? sum + mass * (potential[index] / epsilon - Math.log(weights[index])) : sum;
    }, 0);
  const sum = side(f, x.weights, marginals[0]) + side(g, y.weights, marginals[1]) - transportCost / epsilon;
  return sum + totalMass(marginals[0]) * Math.log(scale);
}

export function totalMass(masses: Float64Array): number {
  return masses.reduce((sum, mass) => sum + mass, 0);
}

/** <masses, log masses / weights> */
function relativeEntropy(masses: Float64Array, weights: Float64Array): number {
  return masses.reduce((sum, mass, index) => (mass > 0 ? sum + mass * Math.log(mass / weights[index]) : sum), 0);
}
