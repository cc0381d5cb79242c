import type { EmdResult } from "./emd-result.ts";

/** A transport problem that has been checked, with costs near one (see `scaledCost`). */
export interface EmdProblem {
  readonly a: Float64Array; // [n]
  readonly b: Float64Array; // [m]
  readonly cost: Float64Array; // [n, m]
  readonly maxPivots: number;
}

/** Exact transport of one pair of histograms, from nothing. One engine a kind of code; `choose.ts` picks. */
export type EmdEngine = (problem: EmdProblem) => EmdResult;
