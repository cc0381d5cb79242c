import type { Geometry } from "../../geometry/geometry.ts";
import type { NdArray, Numbers } from "../../tensor/ndarray.ts";
import type { SinkhornStatus } from "../sinkhorn/options.ts";

/**
 * What is known of the plan's marginal at a node: it is given, or nothing is (free), or deviations from given masses cost rho
 * times their Kullback-Leibler divergence.
 */
export type ChainNode =
  | { readonly kind: "given"; readonly masses: Numbers }
  | { readonly kind: "free" }
  | { readonly kind: "relaxed"; readonly masses: Numbers; /** In cost units. */ readonly rho: number };

/**
 * Entropic multi-marginal transport along a chain of nodes with n_0, ..., n_k points: over plans P >= 0 on their product minimise
 *
 *     sum of <P, C_i> over the links i + epsilon KL(P | R) + the penalties of relaxed nodes,
 *
 * where C_i [n_i, n_(i+1)] is a cost between neighbouring nodes and R the uniform product, of mass 1 / (n_0 ... n_k) at each
 * point, and KL(P | R) = sum P log(P / R) - P + R. The plan is never formed: an iteration passes messages along the chain.
 */
export interface ChainProblem {
  /** One a link. */
  readonly links: readonly Geometry[];
  /** One more than there are links. */
  readonly nodes: readonly ChainNode[];
}

export interface ChainOptions {
  /** In cost units. */
  readonly epsilon: number;
  /** Stop when the L1 violation of the marginals, as a share of the total mass, is at or below this. @default 1e-9 */
  readonly tolerance?: number;
  /** @default 10_000 */
  readonly maxIterations?: number;
  /** Potentials to start from, one a node, as an earlier result has them. @default zeros */
  readonly start?: readonly Float64Array[];
}

export interface ChainResult {
  /** One a node, [n_i] in cost units: log P = sum of the potentials / epsilon - costs / epsilon + log R; zeros at free nodes. */
  readonly potentials: readonly Float64Array[];
  /** P's marginals on the two nodes of a link, [n_i, n_(i+1)]: also the gradients of the objective in the costs. */
  readonly pairMarginals: readonly NdArray<Float64Array>[];
  /** P's marginal at each node. */
  readonly marginals: readonly Float64Array[];
  /** Sum of <P, C_i>. */
  readonly transportCost: number;
  /** The value of the problem, by its dual. */
  readonly objective: number;
  readonly iterations: number;
  readonly errors: readonly number[];
  readonly status: SinkhornStatus;
}
