import type { EmdResult } from "./emd-result.ts";
import type { PointCosts } from "./point-costs.ts";

/** A transport problem that has been checked, with costs near one (see `scaledCost`). */
export interface EmdProblem {
  readonly a: Float64Array; // [n]
  readonly b: Float64Array; // [m]
  /** A matrix [n, m], or points whose costs are formed as they are needed. */
  readonly cost: Float64Array | PointCosts;
  /** g [m] to start from: any finite numbers. */
  readonly start?: Float64Array | undefined;
  readonly maxPivots: number;
}

/** Exact transport of one pair of histograms. One engine a kind of code; `choose.ts` picks. */
export type EmdEngine = (problem: EmdProblem) => EmdResult;
