import type { LossName } from "./losses.ts";

/** Atoms [S, N] and barycentric weights [M, S], rows of sum one; or gradients with respect to them. */
export interface Factors {
  readonly atoms: Float64Array;
  readonly weights: Float64Array;
}

/** Value of the loss of reconstruction `p` [N] of data point `index`; d value / d p is written into `gradient` [N]. */
type PointLoss = (index: number, p: Float64Array, gradient: Float64Array) => number;

/** The data term: by name, so that an operator may fuse it with the barycenters, and as a function for those that do not. */
export interface DataTerm {
  readonly name: LossName;
  /** [M, N], rows of mass one. */
  readonly data: Float64Array;
  readonly evaluate: PointLoss;
}

/**
 * The barycenter operator P(D, Lambda) for one geometry and setting. Behind it stand the native kernels, the float64 host
 * engine and the tfjs operation; all start from ones or from given log scalings [M, sides, S, N] and make L iterations.
 */
export interface BarycenterOperator {
  /** What computes ("native float32, avx2", "host float64", "tfjs webgpu"). */
  readonly name: string;
  /** Sum of the losses of all reconstructions and its gradient. */
  lossAndGradient(
    factors: Factors,
    start: Float32Array | undefined,
    term: DataTerm,
  ): Promise<{ readonly value: number; readonly gradient: Factors }>;
  /** Log scalings [M, sides, S, N] after the iterations, to start the next ones from. */
  logScalings(factors: Factors, start: Float32Array | undefined): Promise<Float32Array>;
  /** Reconstructions [M, N]; after finitely many iterations their mass is slightly below one. */
  barycenters(factors: Factors, start?: Float32Array): Promise<Float64Array>;
}
