import { RunError } from "../../src/errors.ts";
import { denseFromChecked } from "../../src/geometry/dense.ts";
import type { DenseGeometry } from "../../src/geometry/geometry.ts";
import { chainSinkhorn } from "../../src/transport/chain/chain.ts";
import type { ChainNode } from "../../src/transport/chain/problem.ts";
import { iterateAt, mixed, type Iterate, type Remembered } from "./iterate.ts";
import { planOfMassOne } from "./mass-one.ts";
import { inner, least, movedMass, scaled, type Matrix } from "./matrix.ts";
import type { EmbedProblem, StepSettings } from "./problem.ts";

const FREE: ChainNode = { kind: "free" };

/**
 * One step of descent (Beier et al. 2025, Algorithm 1). With beta, the plan of `from`, fixed, the plan alpha on X x Z x Z x Y
 * minimises
 *
 *     <alpha, dZ^2> + lambda <alpha, GW costs of beta> + epsilon KL(alpha | uniform) + rho KL(alpha's weights | weights)
 *
 * at mass one. As block-coordinate descent that makes alpha the next beta, on the bi-convex objective
 * B(alpha, beta) = (own(alpha) + lambda GW(alpha, beta) + own(beta)) / 2, where own sums the terms of one plan. It often ends in
 * two plans that follow each other in turn. With `lineSearch` the next plan lies between beta and alpha, where B(plan, plan) is
 * least: conditional gradient descent, which ends in one plan. Neither raises B from step to step. Either way a fixed point is
 * stationary for <alpha, dZ^2> + lambda / 2 (GW^2 of X + GW^2 of Y) and entropy: half of the model's lambda, as in the paper's
 * code. Throws RunError where the inner problem leaves the range of float64.
 */
export function descend(problem: EmbedProblem, from: Iterate, settings: StepSettings): Iterate {
  const { lambda, scaleCosts, lineSearch, tolerance, maxIterations } = settings;
  const rho = settings.rho ?? 0;
  const first = weighted(from.costs.x, lambda);
  const middle = scaleCosts ? problem.squares.relative : problem.squares.plain;
  const last = weighted(from.costs.y, lambda);
  const links = [first, middle, last];
  // dividing all costs by a number is multiplying epsilon by it
  const epsilon = settings.epsilon * (scaleCosts ? Math.max(...links.map(({ maxCost }) => maxCost)) : 1);

  const nodes = [nodeOf(problem.x.weights, settings.rho), FREE, FREE, nodeOf(problem.y.weights, settings.rho)];
  const solved = chainSinkhorn({ links, nodes }, { epsilon, tolerance, maxIterations, start: from.potentials });
  if (solved.status === "non-finite") {
    throw new RunError(`embed: the inner problem left the range of float64 at epsilon ${epsilon}; take a larger one`);
  }
  const { couplings, entropy, divergence } = planOfMassOne(solved, problem, epsilon, rho);
  const moved = movedMass(couplings.xz, from.couplings.xz) + movedMass(couplings.zy, from.couplings.zy);
  const report = { residual: moved / 2, iterations: solved.iterations, error: solved.errors.at(-1) ?? 0, share: 1 };
  const remembered = { potentials: solved.potentials, entropy, divergence, report: { ...report, biconvex: NaN } };
  const to = iterateAt(problem, couplings, remembered);

  const own = (of: Iterate): number => inner(of.couplings.zz, middle.cost) + regularization(of);
  const regularization = (of: Remembered): number => epsilon * of.entropy + rho * of.divergence;
  const start = own(from);
  const shared = crossTerm(from, to);
  const [fromAlone, toAlone] = [from, to].map(({ terms }) => terms.gromovX + terms.gromovY);
  if (!lineSearch) return withReport(to, 1, (start + lambda * shared + own(to)) / 2);

  // B(plan, plan) at beta + share (alpha - beta), bounded by the convexity of the entropy: a parabola in the share
  const slope = own(to) - start + lambda * (shared - fromAlone);
  const curvature = (lambda / 2) * (fromAlone - 2 * shared + toAlone);
  const share = curvature > 0 ? Math.min(Math.max(-slope / (2 * curvature), 0), 1) : 1;
  const value = start + (lambda / 2) * fromAlone + share * (slope + share * curvature);
  return withReport(share === 1 ? to : mixed(problem, from, to, share), share, value);
}

function withReport(iterate: Iterate, share: number, biconvex: number): Iterate {
  return { ...iterate, report: { ...iterate.report, share, biconvex } };
}

/** GW(alpha, beta): linear in each, and symmetric. */
function crossTerm({ costs }: Iterate, { couplings }: Iterate): number {
  return inner(costs.x, couplings.xz) + inner(costs.y, couplings.zy);
}

function nodeOf(masses: Float64Array, rho: number | undefined): ChainNode {
  return rho === undefined ? { kind: "given", masses } : { kind: "relaxed", masses, rho };
}

/** lambda times a cost, from its least entry on: a constant changes no plan, and costs are not negative. */
function weighted(cost: Matrix, lambda: number): DenseGeometry {
  return denseFromChecked(scaled(cost, lambda, least(cost)), undefined);
}
