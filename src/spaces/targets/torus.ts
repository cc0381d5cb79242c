import { OptionError } from "../../errors.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import { betweenEach } from "../distances.ts";
import type { Target } from "../target.ts";
import { projectRows } from "./coupling-rows.ts";
import { requireLength, rowsAndColumns, type Resolution } from "./resolution.ts";
import { scaledTarget, type TargetScale } from "./scaled.ts";
import { flatDistance, torusGeodesics, type TorusDistance } from "./torus-geodesics.ts";
import { flatMean, searchedMean } from "./torus-means.ts";

export interface TorusOptions {
  /** Points round the tube (rows) and round the axis (columns). @default 30 */
  readonly resolution?: Resolution;
  /** From the axis to the middle of the tube, and of the tube; the second is smaller. @default [1, 0.5] */
  readonly radii?: readonly [major: number, minor: number];
  /**
   * "revolution": the doughnut in R^3 with its geodesic distances, what Beier et al. 2025 put parts of tori on. "flat": the product
   * of circles of both radii, homogeneous, with exact distances and means, for data that have two independent phases.
   * @default "revolution"
   */
  readonly geometry?: "revolution" | "flat";
  /** @default 1 */
  readonly scale?: TargetScale;
}

/**
 * A grid of equispaced angles on a torus, row-major. Coordinates [nz, 3] are ((R + r cos v) cos u, (R + r cos v) sin u, r sin v), of
 * either geometry. Distances of the torus of revolution are shortest paths (see `torusGeodesics`); its projections are
 * the best grid point, moved to the minimum of a quadratic through the expected squared distances around it. Those of the flat
 * torus are exact Frechet means. Memory: 8 nz^2 bytes (flat), 16 nz^2 (revolution).
 *
 * @throws OptionError
 */
export function torusTarget(options: TorusOptions = {}): Target {
  const { resolution = 30, radii = [1, 0.5], geometry: kind = "revolution", scale } = options;
  const { rows, columns } = rowsAndColumns(resolution, LEAST_POINTS);
  const [major, minor] = radii;
  for (const radius of radii) requireLength("radii", radius);
  if (minor >= major) {
    throw new OptionError("radii", `expected the tube's radius to be the smaller one, got ${major} and ${minor}`);
  }
  const turn = 2 * Math.PI;
  const place = (v: number, u: number): number[] => {
    const out = major + minor * Math.cos(v);
    return [out * Math.cos(u), out * Math.sin(u), minor * Math.sin(v)];
  };
  const coordinates = new Float64Array(3 * rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      coordinates.set(place((turn * row) / rows, (turn * column) / columns), 3 * (row * columns + column));
    }
  }
  const distance = kind === "flat" ? flatDistance(major, minor) : torusGeodesics(major, minor, rows, columns);
  const matrix = matrixOf(distance, rows, columns);
  const mean = kind === "flat" ? flatMean(rows, columns) : searchedMean(matrix, rows, columns);
  return scaledTarget(
    {
      name: "torus",
      matrix,
      coordinates: { shape: [rows * columns, 3], data: coordinates },
      project: (coupling) =>
        projectRows(coupling, rows * columns, 3, (weights, projection) => projection.set(place(...mean(weights)))),
      distances: (p, q) =>
        betweenEach(p, q, (a, i, b, j) => distance(...anglesOf(a, i, major), ...anglesOf(b, j, major))),
    },
    scale,
  );
}

/** A side: points that are two steps apart in either direction are different ones. */
const LEAST_POINTS = 5;

/** The angles (v, u) of a point in space. */
function anglesOf(data: Float64Array, start: number, major: number): [v: number, u: number] {
  const [x, y, z] = [data[start], data[start + 1], data[start + 2]];
  return [Math.atan2(z, Math.hypot(x, y) - major), Math.atan2(y, x)];
}

/** [rows * columns, rows * columns]; the same from all points of a row, turned. */
function matrixOf(distance: TorusDistance, rows: number, columns: number): NdArray<Float64Array> {
  const turn = 2 * Math.PI;
  const points = rows * columns;
  const data = new Float64Array(points * points);
  for (let row = 0; row < rows; row++) {
    for (let other = row; other < rows; other++) {
      for (let step = 0; step <= columns / 2; step++) {
        const value = distance((turn * row) / rows, 0, (turn * other) / rows, (turn * step) / columns);
        for (let column = 0; column < columns; column++) {
          for (const turned of [(column + step) % columns, (column - step + columns) % columns]) {
            const [i, j] = [row * columns + column, other * columns + turned];
            data[i * points + j] = data[j * points + i] = value;
          }
        }
      }
    }
  }
  return { shape: [points, points], data };
}
