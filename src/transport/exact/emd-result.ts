/** The entries of a plan that are not zero, by rows. */
export interface SparsePlan {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly masses: Float64Array;
}

export interface EmdResult {
  /** The transport cost <P, C>. */
  readonly value: number;
  /** An optimal plan, at most n + m - 1 entries. It need not be the only one. */
  readonly plan: SparsePlan;
  /**
   * Optimal dual potentials f [n] and g [m], in cost units: f_i + g_j <= C_ij for all i and j, also where there is no mass,
   * with equality where the plan has mass.
   */
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly pivots: number;
  /** After `max-iterations` the plan is feasible and f, g too: the value is an upper bound, <f, a> + <g, b> a lower one. */
  readonly status: "converged" | "max-iterations";
}
