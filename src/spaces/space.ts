import type { Metric } from "./metric.ts";

/** A finite metric measure space: points that are known by their distances alone, and their weights. */
export interface Space {
  readonly metric: Metric;
  /** [n], nonnegative, of sum one. */
  readonly weights: Float64Array;
}
