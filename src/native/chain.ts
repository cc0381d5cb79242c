/** Of `cpp/glue/glue_chain.cc`. */
export interface ChainNatives {
  iterateChain(problem: ChainNativeProblem): ChainNativeReport;
  chainGibbs(problem: ChainNativeGibbs): void;
}

/** exp(row_i + column_j - cost_ij inverse) */
interface ChainNativeMatrix {
  readonly n: number;
  readonly m: number;
  readonly cost: Float64Array; // [n, m]
  readonly inverse: number;
  readonly row: Float64Array; // [n]
  readonly column: Float64Array; // [m]
}

interface ChainNativeGibbs extends ChainNativeMatrix {
  readonly out: Float64Array; // [n, m]
}

interface ChainNativeLink extends ChainNativeMatrix {
  readonly halfRow: Float64Array; // [n]
  readonly halfColumn: Float64Array; // [m]
  readonly leastOfRow: number;
  readonly leastOfColumn: number;
  readonly leastMass: number;
}

/** Vectors of all nodes lie one behind the other. */
interface ChainNativeProblem {
  readonly links: readonly ChainNativeLink[];
  readonly shares: Float64Array; // [nodes]
  readonly root: Float64Array;
  readonly goal: Float64Array;
  readonly target: Float64Array;
  readonly u: Float64Array; // changed
  readonly range: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}

interface ChainNativeReport {
  readonly errors: Float64Array;
  /** Index in the enumeration ChainEnd of `cpp/chain/chain.h`. */
  readonly ended: number;
}
