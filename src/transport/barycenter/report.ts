/** How a data point's iterations ended. */
export type BarycenterStatus = "converged" | "max-iterations" | "non-finite";

/** One entry a data point. */
export interface BarycenterReport {
  /** Carried out. */
  readonly iterations: readonly number[];
  /**
   * The marginal violation at exit: the largest over the atoms of `|a_s * K b_s - d_s|_1`, as a share of the largest atom's mass. The
   * other marginal of each plan is the barycenter itself. Where the iteration has powers it is `|a_s - a'_s| * K b_s` summed, a' the
   * plain update `(d_s / K b_s)^(rho / (rho + epsilon))`: 0 at the solution, and the same in the balanced case.
   */
  readonly errors: readonly number[];
  /** `converged`: the error is at or below the tolerance. */
  readonly status: readonly BarycenterStatus[];
}

/** The report of errors and iterations [B]. */
export function reportOf(
  iterations: ArrayLike<number>,
  errors: ArrayLike<number>,
  tolerance: number,
): BarycenterReport {
  const each = Array.from(errors);
  return { iterations: Array.from(iterations), errors: each, status: each.map((error) => statusOf(error, tolerance)) };
}

export function statusOf(error: number, tolerance: number): BarycenterStatus {
  if (!Number.isFinite(error)) return "non-finite";
  return error <= tolerance ? "converged" : "max-iterations";
}
