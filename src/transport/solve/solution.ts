import type { Geometry } from "../../geometry/geometry.ts";
import type { Points } from "../../geometry/points.ts";
import type { ArrayInput } from "../../tensor/inputs.ts";
import type { NdArray, Numbers } from "../../tensor/ndarray.ts";
import type { SparsePlan } from "../exact/emd-result.ts";
import type { SinkhornStatus } from "../sinkhorn/options.ts";
import type { Rho } from "../sinkhorn/rho.ts";

export interface SparseOptions {
  readonly sparse: true;
  /** Entries of an entropic plan from this share of its mass on. @default 1e-12 */
  readonly threshold?: number;
}

/** What `solve` found, in float64 and the units of the cost. P is the plan. */
export interface Solution {
  /** <P, C>, plus epsilon KL(P | a b^T) and the penalties of rho where there are some: what was minimised. */
  readonly value: number;
  /** The value of the potentials in the dual problem; at the optimum that of the plan. */
  readonly dualValue: number;
  /** <P, C> */
  readonly transportCost: number;
  /** Potentials f [n] and g [m], cost units; entropic: P_ij = exp((f_i + g_j - C_ij) / epsilon). */
  readonly f: Float64Array;
  readonly g: Float64Array;
  /** P 1 [n] and P^T 1 [m] */
  readonly marginals: readonly [first: Float64Array, second: Float64Array];
  readonly status: SinkhornStatus;
  /** Of Sinkhorn, or pivots of exact transport. */
  readonly iterations: number;
  /** As of `sinkhornHost`, after each iteration; none of exact transport. */
  readonly errors: readonly number[];
  /** As of `sinkhornHost`: the initialiser that the start came from; undefined for exact transport. */
  readonly start: string | undefined;
  /** What was used, in cost units; undefined for exact transport. */
  readonly epsilon: number | undefined;
  readonly rho: Rho | undefined;
  /** The masses and the cost that were solved for. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly geometry: Geometry;
  /** P [n, m], made at each call; or its entries by rows. */
  plan(): NdArray<Float64Array>;
  plan(options: SparseOptions): SparsePlan;
  /** P v: [m] -> [n], or [m, k] -> [n, k]. Entropic: without a matrix, in float64. */
  apply(v: Numbers): Float64Array;
  apply(v: ArrayInput): NdArray<Float64Array>;
  /** P^T v: [n] -> [m], or [n, k] -> [m, k] */
  applyTranspose(v: Numbers): Float64Array;
  applyTranspose(v: ArrayInput): NdArray<Float64Array>;
  /**
   * Where points of the first side go, [k, d]; needs a cost between points. Without an argument that is the barycentric projection
   * of all of them, `sum_j P_ij y_j / sum_j P_ij`.
   *
   * Other points x [k, d] follow the entropic map `sum_j w_j y_j`, w_j in proportion to exp((g_j - c(x, y_j)) / epsilon), which at
   * points of the first side is the projection (Pooladian and Niles-Weed 2021). By exact transport a point moves as the projection of
   * the nearest point with mass does: `x + T(x_i) - x_i` (as in POT, Ferradans et al. 2014).
   */
  transport(points?: Points): NdArray<Float64Array>;
}
