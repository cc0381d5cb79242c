import type { CompressedRows } from "./compressed-rows.ts";

/** A link's cost matrix, over epsilon in products with `inverse`. */
export interface LinkCost {
  readonly n: number;
  readonly m: number;
  /** [n, m] */
  readonly cost: Float64Array;
  /** 1 / epsilon */
  readonly inverse: number;
}

/** The matrix exp(row_i + column_j - C_ij / epsilon). */
export interface GibbsTerms {
  readonly row: Float64Array;
  readonly column: Float64Array;
}

/** Those of them with exponents of at least `least`. */
export interface KeptTerms extends GibbsTerms {
  readonly least: number;
}

export interface Conditionals {
  /** p(z_(i+1) | z_i) [n_i, n_(i+1)]: what takes messages to the left. */
  readonly toLeft: CompressedRows;
  /** p(z_i | z_(i+1)) [n_(i+1), n_i]: what takes them to the right. */
  readonly toRight: CompressedRows;
}

/**
 * An iterate as ratios to the one from which the conditionals were formed. Vectors of all nodes lie one behind the other.
 * Messages are then averages of ratios: `left_(i+1) = toRight_i (u_i left_i)`, `right_i = toLeft_i (u_(i+1) right_(i+1))`; and a
 * node's update is `u = goal (left right)^(-share)`.
 */
export interface RatioChain {
  readonly sizes: Int32Array;
  /** One a node; 0 where it is free, whose `u` is then 1 forever. */
  readonly shares: Float64Array;
  readonly links: readonly Conditionals[];
  readonly goal: Float64Array;
  /** The marginal at which a node is in balance, `target u^(1 - 1 / share)`. */
  readonly target: Float64Array;
  /** 0 where there is no mass. */
  readonly u: Float64Array;
  readonly left: Float64Array;
  readonly right: Float64Array;
}

export interface RatioRule {
  /** Sum over nodes of log(max u / min u) up to which products are exact. */
  readonly range: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

export interface RatioReport {
  /** One an iteration. */
  readonly errors: readonly number[];
  /** `left`: an iteration would leave the range, or is not finite; the ratios are those before it. */
  readonly ended: "converged" | "max-iterations" | "left";
}

export interface ChainEngine {
  conditionals(link: LinkCost, toLeft: KeptTerms, toRight: KeptTerms): Conditionals;
  /** Iterates, and changes `u`, `left` and `right` in place. */
  iterate(chain: RatioChain, rule: RatioRule): RatioReport;
  /** All entries [n, m]. */
  gibbs(link: LinkCost, terms: GibbsTerms): Float64Array;
}
