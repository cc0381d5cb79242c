import { hilbertMetric } from "../../src/transport/sinkhorn/metrics.ts";
import type { Evaluated } from "./algorithms.ts";
import type { SymmetricMatrix } from "./symmetric-matrix.ts";

/** How far a matrix is from what the map makes of the other one, over the evaluated pairs. */
export interface Change {
  /**
   * Hilbert's projective metric of the entries' absolute values, max - min of log(A / F(B)), which no factor changes. Infinity
   * where one is zero and the other is not.
   */
  readonly hilbert: number;
  /** Largest absolute difference of an entry from `factor` times its value, over the largest of these. */
  readonly residual: number;
}

export function changeOf(present: SymmetricMatrix, { values, list }: Evaluated, factor: number): Change {
  const before = list ? Float64Array.from(list, (pair) => present.values[pair]) : present.values;
  let difference = 0;
  let largest = 0;
  for (let position = 0; position < values.length; position++) {
    const target = factor * values[position];
    difference = Math.max(difference, Math.abs(target - before[position]));
    largest = Math.max(largest, Math.abs(target));
  }
  const logarithms = (entries: Float64Array): Float64Array => entries.map((entry) => Math.log(Math.abs(entry)));
  return {
    hilbert: hilbertMetric(logarithms(values), logarithms(before)),
    residual: largest > 0 ? difference / largest : difference,
  };
}
