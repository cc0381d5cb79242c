import type { Target } from "../target.ts";
import { crossDistances, pairwiseDistances } from "../distances.ts";
import { projectRows, weightedMean } from "./coupling-rows.ts";
import { gridPoints, linspace, requireLength, rowsAndColumns, type Resolution } from "./resolution.ts";
import { scaledTarget, type TargetScale } from "./scaled.ts";

export interface PlaneOptions {
  /** @default 20 */
  readonly resolution?: Resolution;
  /** Lengths of the sides along the rows' and the columns' axis. @default [1, 1] */
  readonly extent?: readonly [number, number];
  /** @default 1 */
  readonly scale?: TargetScale;
}

/**
 * A grid on a rectangle with Euclidean distances (Beier et al. 2025, section 6: 20 x 20 to 60 x 60 points). Points are row-major
 * (row coordinate, column coordinate), equispaced with both ends. Projections are weighted means. Memory: 8 nz^2 bytes.
 *
 * @throws OptionError
 */
export function planeTarget({ resolution = 20, extent = [1, 1], scale }: PlaneOptions = {}): Target {
  const { rows, columns } = rowsAndColumns(resolution, 1);
  for (const length of extent) requireLength("extent", length);
  const points = gridPoints(linspace(extent[0], rows), linspace(extent[1], columns));
  const coordinates = { shape: [rows * columns, 2], data: points };
  return scaledTarget(
    {
      name: "plane",
      matrix: pairwiseDistances(coordinates),
      coordinates,
      project: (coupling) =>
        projectRows(coupling, rows * columns, 2, (weights, mean) => weightedMean(weights, points, mean)),
      distances: crossDistances,
    },
    scale,
  );
}
