import type { Target } from "../target.ts";
import { betweenEach } from "../distances.ts";
import { angleBetween, circularMean } from "./circular-mean.ts";
import { projectRows } from "./coupling-rows.ts";
import { requireCount, requireLength } from "./resolution.ts";
import { scaledTarget, type TargetScale } from "./scaled.ts";

export interface CircleOptions {
  /** @default 360 */
  readonly bins?: number;
  /** The circumference is 2 pi times this, the largest distance pi times. @default 1 */
  readonly radius?: number;
  /** @default 1 */
  readonly scale?: TargetScale;
}

/**
 * Equispaced points on a circle with arc lengths (Beier et al. 2025, appendix B: 360 bins). Coordinates [bins, 2] are (x, y), from
 * (radius, 0) anticlockwise. Projections are exact Frechet means. Memory: 8 bins^2 bytes.
 *
 * @throws OptionError
 */
export function circleTarget({ bins = 360, radius = 1, scale }: CircleOptions = {}): Target {
  requireCount("bins", bins, 3);
  requireLength("radius", radius);
  const place = (angle: number): number[] => [radius * Math.cos(angle), radius * Math.sin(angle)];
  const points = new Float64Array(2 * bins);
  for (let bin = 0; bin < bins; bin++) points.set(place((2 * Math.PI * bin) / bins), 2 * bin);
  const matrix = new Float64Array(bins * bins);
  for (let i = 0; i < bins; i++) {
    for (let j = 0; j < bins; j++) {
      const steps = Math.abs(i - j);
      matrix[i * bins + j] = (2 * Math.PI * radius * Math.min(steps, bins - steps)) / bins;
    }
  }
  return scaledTarget(
    {
      name: "circle",
      matrix: { shape: [bins, bins], data: matrix },
      coordinates: { shape: [bins, 2], data: points },
      project: (coupling) => projectRows(coupling, bins, 2, (weights, mean) => mean.set(place(circularMean(weights)))),
      distances: (p, q) =>
        betweenEach(
          p,
          q,
          (a, i, b, j) => radius * angleBetween(Math.atan2(a[i + 1], a[i]), Math.atan2(b[j + 1], b[j])),
        ),
    },
    scale,
  );
}
