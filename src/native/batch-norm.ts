/** Of `cpp/glue/glue_batch_norm.cc`: the formulas are in `cpp/tensors/batch_norm.h`. */
export interface BatchNormNatives {
  /** y from the mean and variance that are given. */
  batchNorm(problem: BatchNormProblem): void;
  /** Mean and variance, and y from them. */
  trainingBatchNorm(problem: BatchNormProblem): void;
  trainingBatchNormGradient(problem: BatchNormGradientProblem): void;
}

/** Of a matrix [rows, columns], neither 0. */
interface Sizes {
  readonly rows: number;
  readonly columns: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** x, y, dx, dy are matrices, the others rows. */
interface BatchNormProblem extends Sizes {
  readonly x: Float32Array;
  readonly gamma: Float32Array | undefined; // ones
  readonly beta: Float32Array | undefined; // zeros
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly y: Float32Array; // written
}

interface BatchNormGradientProblem extends Sizes {
  readonly dy: Float32Array;
  readonly x: Float32Array;
  readonly gamma: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
  readonly dx: Float32Array; // written, as what follows
  readonly dgamma: Float32Array;
  readonly dbeta: Float32Array;
}
