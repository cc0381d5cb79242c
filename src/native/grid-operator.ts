/** Of `cpp/glue/glue_grid_operator.cc`. */
export interface GridOperatorNatives {
  applyGrid(operation: GridOperation): void;
}

interface GridOperation {
  /** Points along each axis. */
  readonly size: Int32Array;
  /** Distance in steps from which on taps are zero. */
  readonly radius: Int32Array;
  /** exp(-d^2 / epsilon) by distance, the axes one after the other. */
  readonly taps: Float64Array;
  /** Their logarithms for log(K exp(x)), undefined for K x. */
  readonly logTaps: Float64Array | undefined;
  readonly x: Float64Array;
  readonly out: Float64Array;
}
