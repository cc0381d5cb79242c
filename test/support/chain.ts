import { denseGeometry } from "../../src/geometry/dense.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { nativeStatus } from "../../src/native/loader.ts";
import { solveChain } from "../../src/transport/chain/chain.ts";
import { checkChain } from "../../src/transport/chain/checked.ts";
import type { ChainEngine } from "../../src/transport/chain/engine.ts";
import { hostChain } from "../../src/transport/chain/engine-host.ts";
import { nativeChain } from "../../src/transport/chain/engine-native.ts";
import type { ChainNode, ChainOptions, ChainProblem, ChainResult } from "../../src/transport/chain/problem.ts";
import { randomMasses } from "./problems.ts";

const { addon, detail } = nativeStatus();

export const chainEngines: readonly { readonly name: string; readonly engine: ChainEngine }[] = [
  { name: "host", engine: hostChain },
  ...(addon ? [{ name: `native (${detail})`, engine: nativeChain(addon) }] : []),
];

export const solveWith =
  (engine: ChainEngine) =>
  (problem: ChainProblem, options: ChainOptions): ChainResult =>
    solveChain(checkChain(problem, options), engine);

/** Costs in [0, 1]. */
export function randomLinks(sizes: readonly number[], seed: number): Geometry[] {
  return sizes.slice(1).map((m, link) => denseGeometry(randomMasses(sizes[link] * m, seed + link), [sizes[link], m]));
}

/** A solution of a small problem, found on the full plan. */
export interface FullPlan {
  /** Row-major over all nodes. */
  readonly plan: Float64Array;
  readonly transportCost: number;
  /** <P, C> + epsilon KL(P | R) + penalties of relaxed nodes. */
  readonly primal: number;
  marginal(...nodes: number[]): Float64Array;
}

/**
 * Sinkhorn on the full plan of n_0 ... n_k numbers: every constrained node in turn, many times. It shares no code with the solver:
 * a given marginal is met by P <- P m / marginal, a relaxed one by P <- R exp(-C / epsilon) with the factor
 * (m / other factors' marginal)^(rho / (rho + epsilon)) (Chizat et al. 2018).
 */
export function solveFullPlan({ links, nodes }: ChainProblem, epsilon: number, sweeps: number): FullPlan {
  const sizes = [links[0].shape[0], ...links.map(({ shape }) => shape[1])];
  const total = sizes.reduce((product, size) => product * size, 1);
  const costs = links.map((link) => link.costMatrix().data);
  const indices = Array.from({ length: total }, (_, at) => {
    const index: number[] = [];
    for (let node = sizes.length - 1, rest = at; node >= 0; node--) {
      index.unshift(rest % sizes[node]);
      rest = Math.floor(rest / sizes[node]);
    }
    return index;
  });
  const cost = Float64Array.from(indices, (index) =>
    costs.reduce((sum, entries, link) => sum + entries[index[link] * sizes[link + 1] + index[link + 1]], 0),
  );
  const plan = cost.map((value) => Math.exp(-value / epsilon) / total);
  const factors = sizes.map((size) => new Float64Array(size).fill(1));
  const marginal = (...kept: number[]): Float64Array => {
    const out = new Float64Array(kept.reduce((product, node) => product * sizes[node], 1));
    plan.forEach((mass, at) => (out[kept.reduce((to, node) => to * sizes[node] + indices[at][node], 0)] += mass));
    return out;
  };
  for (let sweep = 0; sweep < sweeps; sweep++) {
    nodes.forEach((node, which) => {
      if (node.kind === "free") return;
      const power = node.kind === "given" ? 1 : node.rho / (node.rho + epsilon);
      const changes = marginal(which).map((mass, index) => {
        const before = factors[which][index];
        if (node.masses[index] === 0 || before === 0) return (factors[which][index] = 0);
        factors[which][index] = ((node.masses[index] * before) / mass) ** power;
        return factors[which][index] / before;
      });
      plan.forEach((_, at) => (plan[at] *= changes[indices[at][which]]));
    });
  }
  const transportCost = plan.reduce((sum, mass, at) => sum + mass * cost[at], 0);
  const penalty = (node: ChainNode, which: number): number =>
    node.kind === "relaxed" ? node.rho * divergence(marginal(which), Float64Array.from(node.masses)) : 0;
  const penalties = nodes.reduce((sum, node, which) => sum + penalty(node, which), 0);
  const reference = new Float64Array(total).fill(1 / total);
  return { plan, transportCost, primal: transportCost + epsilon * divergence(plan, reference) + penalties, marginal };
}

/** sum p log(p / q) - p + q */
function divergence(p: Float64Array, q: Float64Array): number {
  return p.reduce((sum, mass, at) => sum + (mass > 0 ? mass * Math.log(mass / q[at]) : 0) - mass + q[at], 0);
}
