/** Of `cpp/glue/glue_softmax.cc`: softmax of each row and its adjoint, all arrays [rows, columns]. */
export interface SoftmaxNatives {
  softmaxForward(work: {
    readonly rows: number;
    readonly columns: number;
    readonly free: Float64Array;
    readonly out: Float64Array;
  }): void;
  /** `gradient` with respect to `probabilities`; `out` with respect to the free variables. */
  softmaxBackward(work: {
    readonly rows: number;
    readonly columns: number;
    readonly gradient: Float64Array;
    readonly probabilities: Float64Array;
    readonly out: Float64Array;
  }): void;
}
