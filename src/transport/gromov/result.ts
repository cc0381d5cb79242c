import type { NdArray } from "../../tensor/ndarray.ts";
import type { SinkhornStatus } from "../sinkhorn/options.ts";

export interface GromovStep {
  /** What is minimised, at the plan after this step. */
  readonly objective: number;
  /**
   * With epsilon, the L1 distance from the plan before as a share of the mass; without, by how much the linearised objective was
   * above its minimum before this step (the Frank-Wolfe gap, zero at a stationary plan).
   */
  readonly residual: number;
  /** Sinkhorn iterations, or pivots of the network simplex. */
  readonly innerIterations: number;
}

export interface GromovResult {
  /**
   * alpha sum (dX(i, i') - dY(j, j'))^2 P_ij P_i'j' + (1 - alpha) <M, P>, without entropy or penalties. The first sum is never
   * negative: what rounding would leave below zero is zero.
   */
  readonly value: number;
  /** The value with the entropy and the penalties of relaxed marginals: what is minimised. */
  readonly objective: number;
  /** P [nx, ny] */
  readonly plan: NdArray<Float64Array>;
  /**
   * f [nx] and g [ny] of the last linearised problem, in the objective's units: of `emd` without epsilon, of `sinkhorn` with it
   * (for relaxed marginals those of their problem). -Infinity where there is no mass.
   */
  readonly potentials: { readonly f: Float64Array; readonly g: Float64Array };
  /**
   * `converged`: a step moved less than the tolerance, and its own problem was solved to `innerTolerance`. `non-finite`: a NaN or
   * an infinity came up, and the iteration stopped.
   */
  readonly status: SinkhornStatus;
  /** Linearised problems that were solved. */
  readonly iterations: number;
  readonly history: readonly GromovStep[];
  /** |P 1 - p|_1 and |P^T 1 - q|_1. */
  readonly errors: readonly [first: number, second: number];
  /** The objective from each start, of which the lowest is this result. */
  readonly objectives: readonly number[];
}
