import { isDense, type Geometry } from "../../geometry/geometry.ts";
import { ndarray, type NdArray } from "../../tensor/ndarray.ts";
import { checkChain, type CheckedChain } from "./checked.ts";
import { chooseChain } from "./choose.ts";
import type { ChainEngine, LinkCost } from "./engine.ts";
import { iterateChain } from "./iterate.ts";
import { add, LogState } from "./log-state.ts";
import type { ChainOptions, ChainProblem, ChainResult } from "./problem.ts";

/**
 * Entropic multi-marginal transport along a chain (Haasler et al. 2021; Beier et al. 2023) in float64 on the host. An iteration
 * updates the nodes with masses from left to right, so at exit the last one's marginal is exact. Relaxed nodes have scaled updates
 * (Chizat et al. 2018).
 *
 * The result is the log domain's for every epsilon, but most iterations are products with matrices that are formed once in a while
 * and keep only entries that matter (`ratiosOf`). Memory, in bytes: the sum over links n m of 8 n m for the pair marginal, 8 n m
 * for the cost where it is a grid's, and about 12 for each kept entry, twice while they are formed. With squared distances in the
 * plane up to 1, epsilon 1e-3 keeps about a quarter.
 *
 * Potentials are in cost units, so `start` may also come from a larger epsilon: of the potential at a node with masses m the part
 * epsilon log(n m) follows epsilon, and is zero for uniform masses of total one. Throws InputError for what does not fit.
 */
export function chainSinkhorn(problem: ChainProblem, options: ChainOptions): ChainResult {
  return solveChain(checkChain(problem, options), chooseChain());
}

export function solveChain(chain: CheckedChain, engine: ChainEngine): ChainResult {
  const { links, sizes, epsilon } = chain;
  const costs = links.map((link) => linkCost(link, epsilon));
  const state = new LogState(chain);
  const { errors, status } = iterateChain(chain, state, costs, engine);
  const { scalings, fromLeft, fromRight } = state;
  const pairMarginals = costs.map((cost, link): NdArray<Float64Array> => {
    const row = add(fromLeft[link], scalings[link]);
    const column = add(fromRight[link + 1], scalings[link + 1]);
    return ndarray(engine.gibbs(cost, row, column), [cost.n, cost.m]);
  });
  const potentials = scalings.map((scaling, node) => {
    const logPoints = Math.log(sizes[node]);
    return chain.constraints[node] ? scaling.map((log) => (log + logPoints) * epsilon) : new Float64Array(sizes[node]);
  });
  const marginals = scalings.map((scaling, node) =>
    scaling.map((log, index) => Math.exp(fromLeft[node][index] + log + fromRight[node][index])),
  );
  const transportCost = costs.reduce((sum, { cost }, link) => sum + dot(pairMarginals[link].data, cost), 0);
  const objective = dualValue(chain, potentials, marginals.at(-1)!);
  const isFinite = [transportCost, objective, ...marginals.map((marginal) => dot(marginal, marginal))].every(
    Number.isFinite,
  );
  return {
    potentials,
    pairMarginals,
    marginals,
    transportCost,
    objective,
    iterations: errors.length,
    errors,
    status: status === "converged" && !isFinite ? "non-finite" : status,
  };
}

function linkCost(link: Geometry, epsilon: number): LinkCost {
  const [n, m] = link.shape;
  return { n, m, cost: isDense(link) ? link.cost.data : link.costMatrix().data, inverse: 1 / epsilon };
}

/** <potentials, masses> where given, rho <masses, 1 - exp(-potential / rho)> where relaxed, - epsilon (sum P - 1). */
function dualValue(
  { constraints, epsilon }: CheckedChain,
  potentials: readonly Float64Array[],
  marginal: Float64Array,
): number {
  let value = -epsilon * (marginal.reduce((sum, mass) => sum + mass, 0) - 1);
  constraints.forEach((constraint, node) => {
    if (!constraint) return;
    const { masses, rho } = constraint;
    masses.forEach((mass, index) => {
      if (mass === 0) return;
      const potential = potentials[node][index];
      value += mass * (rho === Infinity ? potential : -rho * Math.expm1(-potential / rho));
    });
  });
  return value;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index++) sum += a[index] * b[index];
  return sum;
}
