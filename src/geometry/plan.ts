/**
 * The plan `P_ij = exp(u_i + v_j - C_ij / epsilon)` [n, m] of log-scalings u = f / epsilon and v = g / epsilon, as an operator in
 * float64. Of points without a cost matrix it is never stored: each call forms its entries in tiles, in O((n + m) d) memory.
 * What differentiates through a solution is made of these calls alone. Made by `hostPlan`.
 */
export interface HostPlan {
  readonly shape: readonly [n: number, m: number];
  readonly epsilon: number;
  /** P z for each of k vectors: z [k, m] -> out [k, n], which is returned and may not be z. */
  apply(z: Float64Array, out: Float64Array): Float64Array;
  /** P^T z: z [k, n] -> out [k, m] */
  applyTranspose(z: Float64Array, out: Float64Array): Float64Array;
  /** Sums of `W_ij = P_ij (alpha_i + beta_j + gamma C_ij + delta dC_ij)`, see `PlanWeights`. */
  reduce(weights: PlanWeights): PlanSums;
}

/** What an entry of P is multiplied by. What is absent is zero. */
export interface PlanWeights {
  /** [n] */
  readonly alpha?: Float64Array;
  /** [m] */
  readonly beta?: Float64Array;
  readonly gamma?: number;
  /** Factor of dC, the derivative of C along `direction`. */
  readonly delta?: number;
  readonly direction?: CostDirection;
  /** Factor of `sum_j P_ij d(dC_ij / dx_i)`, the change of the slopes along `direction`, in the sums of points. @default 0 */
  readonly curvature?: number;
  /** Sum slopes of the cost too (points), or return W (a matrix)? @default false */
  readonly slopes?: boolean;
}

/** A direction in which points move, or the entries of a cost matrix. */
export type CostDirection =
  | { readonly x: Float64Array; readonly y: Float64Array } // [n, d] and [m, d]
  | { readonly cost: Float64Array }; // [n, m]

export interface PlanSums {
  /** sum_j W_ij [n] */
  readonly rows: Float64Array;
  /** sum_i W_ij [m] */
  readonly columns: Float64Array;
  /** With `slopes`: sum_j W_ij dC_ij/dx_i [n, d] and sum_i W_ij dC_ij/dy_j [m, d], plus the curvature term. Zero where C has a kink. */
  readonly points?: { readonly x: Float64Array; readonly y: Float64Array } | undefined;
  /** With `slopes`, of a cost given as a matrix: W [n, m]. */
  readonly cost?: Float64Array | undefined;
}
