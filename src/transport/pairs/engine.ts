import type { StateTree } from "../../tensor/tree.ts";

/** The pairs with the numbers [from, to). */
export interface PairRange {
  readonly from: number;
  readonly to: number;
}

/** Pairs by their numbers: a range, or a list in which each number stands once. */
export type PairSelection = PairRange | Int32Array;

/** How a number of pairs were solved, by whatever algorithm. */
export interface PairStatistics {
  /** Sinkhorn iterations or pivots of the simplex, of all pairs together. */
  readonly iterations: number;
  /** Pairs that started from what an earlier call kept. */
  readonly warmStarts: number;
  /** Pairs that met the limit of iterations. */
  readonly unconverged: number;
  /** Values that came out below zero, from rounding or an early stop, and were set to zero. */
  readonly clamped: number;
  /** Largest L1 violation of a marginal at the end of a pair; 0 where plans have their marginals exactly. */
  readonly largestViolation: number;
}

/**
 * The contract of everything that solves transport between pairs of histograms that stay, under a cost that changes: exact
 * (`emd/`) and entropic (`sinkhorn/`), in TypeScript, natively and on a device, whose answers are waited for. What comes in has been checked by `pairSolver`, which is the
 * only caller; `choose.ts` picks the engine. Another kind of transport is another folder with its engines: it needs its
 * `Settings`, a way to start warm, and nothing else of this.
 */
export interface PairEngine<Settings> {
  /** What computes, for logs: "native, avx2, 2 threads". */
  readonly name: string;
  /** Products of support sizes that one call of `solve` should take at most: other work waits for it. */
  readonly pieceEntries: number;
  /** Bytes that are kept between calls; may be known only after `setCost`. */
  readonly keptBytes: number;
  /** Sets the ground cost [n, m] and how to solve under it, for the calls of `solve` that follow. Copies what it needs. */
  setCost(cost: Float64Array, settings: Settings): void;
  /** Writes the value of each pair, in the order of the selection, and returns how they went. One call at a time. */
  solve(which: PairSelection, values: Float64Array): PairStatistics | Promise<PairStatistics>;
  /** What is kept for warm starts, as plain data; valid until the next call of `solve` (it may not be a copy). */
  save(): StateTree | Promise<StateTree>;
  /**
   * Goes on from what `save` of the same kind of engine gave for the same histograms, pairs and memory, at once or with the next
   * `setCost`. What belongs to another engine's arithmetic, or to another kind of cost, is left out: those pairs start anew.
   * Throws InputError where it fits no such pairs.
   */
  load(kept: StateTree): void;
  /** Frees what lies on a device. Nothing is called after it. */
  dispose?(): void;
}
