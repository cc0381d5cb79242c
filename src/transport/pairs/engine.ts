import type { PairSettings } from "./settings.ts";

/** Computes entropic values for the pairs of one set of histograms; one engine a kind of arithmetic. */
export interface PairEngine {
  /** Entries of the kernels of so many pairs as `solve` should take at once: other work waits for it. */
  readonly pieceEntries: number;
  /**
   * Sets the ground cost for what follows and solves the self problems.
   * Returns OT_epsilon(a_i, a_i) [count], cost units.
   */
  prepare(cost: Float64Array, settings: PairSettings): Float64Array;
  /**
   * Writes OT_epsilon(a_i, a_j) of the pairs [from, to), or of those whose mark in `wanted` [to - from] is not 0, and returns
   * how they went. Synchronous.
   */
  solve(from: number, to: number, values: Float64Array, wanted?: Uint8Array): PairStatistics;
}

/** How a number of pairs were solved. */
export interface PairStatistics {
  /** Sinkhorn iterations of all pairs together. */
  readonly iterations: number;
  /** Of the pair that took most. */
  readonly mostIterations: number;
  /** Pairs that ended at `maxIterations`. */
  readonly unconverged: number;
  /** Largest L1 violation of a marginal before the last half step. */
  readonly largestViolation: number;
}

export const noPairs: PairStatistics = { iterations: 0, mostIterations: 0, unconverged: 0, largestViolation: 0 };

export function joinStatistics(a: PairStatistics, b: PairStatistics): PairStatistics {
  return {
    iterations: a.iterations + b.iterations,
    mostIterations: Math.max(a.mostIterations, b.mostIterations),
    unconverged: a.unconverged + b.unconverged,
    largestViolation: Math.max(a.largestViolation, b.largestViolation),
  };
}
