/** A link's cost matrix. */
export interface LinkCost {
  readonly n: number;
  readonly m: number;
  /** [n, m] */
  readonly cost: Float64Array;
  /** 1 / epsilon */
  readonly inverse: number;
}

/**
 * A link's matrix exp(row_i + column_j - C_ij / epsilon), of which the entries that matter are kept: those whose share of their
 * row or their column, and whose mass, is large enough. As logarithms with halfRow and halfColumn, half the logarithms of the
 * marginals, and entry an exponent, these are
 *
 *     entry + halfColumn - halfRow >= leastOfRow  or  entry + halfRow - halfColumn >= leastOfColumn,
 *     and entry + halfRow + halfColumn >= leastMass.
 */
export interface KeptTerms {
  readonly row: Float64Array;
  readonly column: Float64Array;
  readonly halfRow: Float64Array;
  readonly halfColumn: Float64Array;
  readonly leastOfRow: number;
  readonly leastOfColumn: number;
  readonly leastMass: number;
}

/**
 * An iterate as ratios to the one whose link matrices are kept. Vectors of all nodes lie one behind the other. With messages
 * `left` and `right`, which are `root` at the first and at the last node,
 *
 *     left_(i+1) = V_i^T (u_i left_i),  right_i = V_i (u_(i+1) right_(i+1)),  marginal = u left right,
 *
 * and a node's update is `u = goal (left right)^(-share)`.
 */
export interface RatioChain {
  readonly sizes: readonly number[];
  /** One a node; 0 where it is free, whose `u` is 1 forever. */
  readonly shares: Float64Array;
  readonly root: Float64Array;
  readonly goal: Float64Array;
  /** A node is in balance where its marginal is `target u^(1 - 1 / share)`. */
  readonly target: Float64Array;
  /** Changed in place; 0 where there is no mass. */
  readonly u: Float64Array;
}

interface RatioRule {
  /** Sum over nodes of log(max u / min u) up to which products are exact. */
  readonly range: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

export interface RatioReport {
  /** One an iteration. */
  readonly errors: ArrayLike<number>;
  /** `left`: the next iteration would leave the range, or is not finite; the ratios are those before it. */
  readonly ended: "converged" | "max-iterations" | "left";
}

/** One engine a kind of code; `choose.ts` picks. */
export interface ChainEngine {
  /** Forms the matrices of the links, and iterates on them. */
  iterate(costs: readonly LinkCost[], terms: readonly KeptTerms[], chain: RatioChain, rule: RatioRule): RatioReport;
  /** exp(row_i + column_j - C_ij / epsilon), all entries [n, m]. */
  gibbs(link: LinkCost, row: Float64Array, column: Float64Array): Float64Array;
}
