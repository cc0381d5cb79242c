/** Of `cpp/glue/glue_pairs.cc`. */
export interface PairNatives {
  createPairs(supports: PairPlanSupports): PairPlan;
  /** Sets the cost and solves the self problems. */
  preparePairs(plan: PairPlan, problem: PairProblem): void;
  solvePairs(plan: PairPlan, batch: PairBatch): void;
}

/** One set of histograms and its last cost, freed with the garbage collector. */
interface PairPlan {
  readonly native: unique symbol;
}

/** Histograms without their zeros. */
interface PairPlanSupports {
  readonly count: number;
  readonly bins: number;
  readonly starts: Int32Array; // [count + 1]
  readonly indices: Int32Array;
  readonly masses: Float64Array;
}

interface PairProblem {
  readonly cost: Float64Array; // [bins, bins]
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxIterations: number;
  readonly self: Float64Array; // OT(a, a) [count], written
}

/** The pairs [from, to), and the potentials that are kept of the pairs [0, storedPairs). */
interface PairBatch {
  readonly from: number;
  readonly to: number;
  readonly values: Float64Array; // OT(a, b), written
  readonly wanted?: Uint8Array | undefined; // [to - from], 0 for pairs to be passed over
  readonly storedPairs: number;
  readonly storedNumbers: number;
  readonly rowStarts: Float64Array; // [count]
  readonly potentials: Float32Array; // [storedNumbers]
  readonly present: Uint8Array; // [storedPairs]
  /** Written: iterations, most of one pair, unconverged pairs, largest violation. */
  readonly statistics: Float64Array;
}
