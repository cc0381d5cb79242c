/** Of `cpp/glue/glue_newton.cc`. */
export interface NewtonNatives {
  /** Entropic transport of pairs of histograms on one grid, in float64 by Newton's method. */
  newtonOnGrid(problem: GridNewtonProblem): void;
  /** The same under one dense cost. */
  newtonOnDense(problem: DenseNewtonProblem): void;
}

interface NewtonProblem {
  readonly pairs: number;
  /** |P^T 1 - b|_1 at which a pair is solved. */
  readonly tolerance: number;
  /** Applications of the kernel to one pair, at most. */
  readonly products: number;
  readonly a: Float64Array; // [pairs, n]
  readonly b: Float64Array; // [pairs, m]
  readonly logU: Float64Array; // [pairs, n], written; -Infinity where there is no mass
  readonly logV: Float64Array; // [pairs, m], the start, and the solution
  readonly errors: Float64Array; // [pairs], |P^T 1 - b|_1 at the end, written
  readonly taken: Int32Array; // [pairs], products carried out, written
}

interface GridNewtonProblem extends NewtonProblem {
  /** Points along each axis. */
  readonly size: Int32Array;
  /** Distance in steps beyond which taps are no normal numbers. */
  readonly radius: Int32Array;
  /** exp(-d^2 / epsilon) by distance, the axes one after the other. */
  readonly taps: Float64Array;
  readonly logTaps: Float64Array;
}

interface DenseNewtonProblem extends NewtonProblem {
  readonly n: number;
  readonly m: number;
  readonly epsilon: number;
  readonly cost: Float64Array; // [n, m]
}
