/** Of `cpp/glue/glue_cloud.cc`. */
export interface CloudNatives {
  applyCloud(operation: CloudOperation): void;
}

/** Index in the enumeration of `cpp/cloud/cloud_operator.h`. */
export const CloudOperator = {
  apply: 0,
  applyCost: 1,
  logApply: 2,
  logApplyCost: 3,
  planApply: 4,
  planReduce: 5,
} as const;

/** Index in the enumeration of `cpp/cloud/cloud_operator.h`. */
export const PointMetric = { squaredEuclidean: 0, euclidean: 1, manhattan: 2 } as const;

export interface CloudOperation {
  readonly operator: (typeof CloudOperator)[keyof typeof CloudOperator];
  readonly metric: (typeof PointMetric)[keyof typeof PointMetric];
  readonly n: number;
  readonly m: number;
  readonly d: number;
  /** Of squared distances. */
  readonly factor: number;
  /** [n, d] */
  readonly x: Float64Array;
  /** [m, d] */
  readonly y: Float64Array;
  /** 1 / epsilon */
  readonly inverse: number;
  /** [m]: what K is applied to, or v of a plan. */
  readonly values: Float64Array;
  /** [n], of a plan. */
  readonly u?: Float64Array | undefined;
  /** Of `planApply`; 0 else. */
  readonly vectors: number;
  /** [vectors, m] */
  readonly z?: Float64Array | undefined;
  /** [n] */
  readonly alpha?: Float64Array | undefined;
  /** [m] */
  readonly beta?: Float64Array | undefined;
  /** [n, d] and [m, d] */
  readonly alongX?: Float64Array | undefined;
  readonly alongY?: Float64Array | undefined;
  readonly gamma?: number;
  readonly delta?: number;
  readonly curvature?: number;
  /** [n, d], written. */
  readonly slopes?: Float64Array | undefined;
  /** [n], or [vectors, n] */
  readonly out: Float64Array;
}
