/** Of `cpp/glue/glue_dense_operator.cc`. */
export interface DenseOperatorNatives {
  applyDense(operation: DenseOperation): void;
}

/** Index in the enumeration of `cpp/host/dense_operator.h`. */
export const DenseOperator = { gibbs: 0, apply: 1, applyTranspose: 2, logApply: 3, logApplyTranspose: 4 } as const;

interface DenseOperation {
  readonly operator: (typeof DenseOperator)[keyof typeof DenseOperator];
  readonly n: number;
  readonly m: number;
  /** K [n, m], or C where epsilon is used. */
  readonly matrix: Float64Array;
  /** 1 / epsilon */
  readonly inverse: number;
  /** [m], [n] for a transpose, undefined for `gibbs`. */
  readonly x: Float64Array | undefined;
  /** [n], [m] for a transpose, [n, m] for `gibbs`. */
  readonly out: Float64Array;
}
