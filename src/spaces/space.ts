import { InputError } from "../errors.ts";
import { float64Of, type Numbers } from "../tensor/ndarray.ts";
import { checkMasses } from "../transport/histograms.ts";
import type { Metric } from "./metric.ts";

/** A finite metric measure space: points that are known by their distances alone, and their weights. */
export interface Space {
  readonly metric: Metric;
  /** [n], nonnegative, of sum one. */
  readonly weights: Float64Array;
}

/**
 * A metric with weights: finite, nonnegative, not all zero, divided by their sum (so counts will do). Throws InputError.
 *
 * @param weights [n] @default the same for each point
 */
export function metricSpace(metric: Metric, weights?: Numbers): Space {
  const n = metric.points;
  if (!weights) return { metric, weights: new Float64Array(n).fill(1 / n) };
  const given = float64Of(weights, "weights");
  if (given.length !== n) {
    throw new InputError(`weights: expected ${n} (one a point of the space), got ${given.length}`);
  }
  const total = checkMasses(given, n, "of the space");
  return { metric, weights: given.map((weight) => weight / total) };
}
