import { PointMetric, type CloudOperation } from "../native/cloud.ts";
import { addonFor } from "./addon-for.ts";
import type { Coordinates } from "./geometry.ts";
import { directionsOf } from "./point-directions.ts";

/** Two clouds as the addon takes them. */
export interface NativePoints {
  run(operation: Omit<CloudOperation, "metric" | "n" | "m" | "d" | "factor" | "x" | "y">): void;
  /** The same with x and y exchanged. */
  turned(): NativePoints;
}

const METRICS = {
  "squared-euclidean": [PointMetric.squaredEuclidean, 1],
  euclidean: [PointMetric.euclidean, 1],
  manhattan: [PointMetric.manhattan, 1],
  cosine: [PointMetric.squaredEuclidean, 0.5], // of the directions
} as const;

/** Undefined where the addon is not there, or where TypeScript is as fast. */
export function nativePoints({ x, y, cost }: Coordinates): NativePoints | undefined {
  const [[n, d], [m]] = [x.shape, y.shape];
  const addon = addonFor(n * m);
  if (!addon) return undefined;
  const [metric, factor] = METRICS[cost];
  const [first, second] = cost === "cosine" ? [directionsOf(x.data, d), directionsOf(y.data, d)] : [x.data, y.data];
  const sides = (left: Float64Array, right: Float64Array, rows: number, columns: number): NativePoints => ({
    run: (operation) => addon.applyCloud({ ...operation, metric, factor, n: rows, m: columns, d, x: left, y: right }),
    turned: () => sides(right, left, columns, rows),
  });
  return sides(first, second, n, m);
}
