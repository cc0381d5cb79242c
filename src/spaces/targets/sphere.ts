import type { Target } from "../target.ts";
import { betweenEach } from "../distances.ts";
import { matrixMetric } from "../metric-matrix.ts";
import { projectRows, smallestOf, weightedMean } from "./coupling-rows.ts";
import { requireLength, rowsAndColumns, type Resolution } from "./resolution.ts";
import { scaledTarget, type TargetScale } from "./scaled.ts";

export interface SphereOptions {
  /** Circles of latitude, with both poles among them, and points on each. @default 30 */
  readonly resolution?: Resolution;
  /** @default 1 */
  readonly radius?: number;
  /** @default 1 */
  readonly scale?: TargetScale;
}

/**
 * The grid of the canonical parametrisation of a sphere (Beier et al. 2025, section 6.1: 30 x 30) with great-circle distances:
 * polar angles equispaced from 0 to pi, azimuths from 0 on, each pole one point and not one a meridian. nz = 2 + (rows - 2)
 * columns, north pole first. Coordinates are (x, y, z). Projections are Frechet means, by gradient descent on the sphere.
 * Memory: 8 nz^2 bytes.
 *
 * @throws OptionError
 */
export function sphereTarget({ resolution = 30, radius = 1, scale }: SphereOptions = {}): Target {
  const { rows, columns } = rowsAndColumns(resolution, 3);
  requireLength("radius", radius);
  const directions = directionsOf(rows, columns);
  const points = directions.length / 3;
  const coordinates = { shape: [points, 3], data: directions.map((value) => radius * value) };
  const matrix = betweenEach(coordinates, coordinates, (a, i, b, j) => radius * angle(a, i, b, j));
  const metric = matrixMetric(matrix);
  const project = (weights: Float64Array, mean: Float64Array): void => {
    weightedMean(weights, directions, mean);
    const length = Math.hypot(...mean);
    // where the mean in space is near the centre it says nothing about a direction: start from the best grid point
    const best = 3 * (length < NEAR_CENTRE ? smallestOf(metric.squaredProduct(weights)) : 0);
    for (let k = 0; k < 3; k++) mean[k] = length < NEAR_CENTRE ? directions[best + k] : mean[k] / length;
    descend(weights, directions, mean);
    for (let k = 0; k < 3; k++) mean[k] *= radius;
  };
  return scaledTarget(
    {
      name: "sphere",
      matrix,
      coordinates,
      project: (coupling) => projectRows(coupling, points, 3, project),
      distances: (p, q) => betweenEach(p, q, (a, i, b, j) => radius * angle(a, i, b, j)),
    },
    scale,
  );
}

/** Length of the mean of unit vectors below which it is no start for the mean on the sphere. */
const NEAR_CENTRE = 0.2;
/** Radians. */
const SMALLEST_STEP = 1e-13;
const MOST_STEPS = 500;
/** Shares of the mass that are lost in rounding: entropic couplings have mass everywhere, next to all of it at few points. */
const LEAST_WEIGHT = 1e-18;

function directionsOf(rows: number, columns: number): Float64Array {
  const directions = [[0, 0, 1]];
  for (let row = 1; row < rows - 1; row++) {
    const polar = (Math.PI * row) / (rows - 1);
    for (let column = 0; column < columns; column++) {
      const azimuth = (2 * Math.PI * column) / columns;
      const sine = Math.sin(polar);
      directions.push([sine * Math.cos(azimuth), sine * Math.sin(azimuth), Math.cos(polar)]);
    }
  }
  directions.push([0, 0, -1]);
  return Float64Array.from(directions.flat());
}

/** The angle between two vectors of any length. By its tangent: the inverse cosine loses half of the digits near 0 and pi. */
function angle(a: Float64Array, i: number, b: Float64Array, j: number): number {
  const [x, y, z] = [
    a[i + 1] * b[j + 2] - a[i + 2] * b[j + 1],
    a[i + 2] * b[j] - a[i] * b[j + 2],
    a[i] * b[j + 1] - a[i + 1] * b[j],
  ];
  return Math.atan2(Math.sqrt(x * x + y * y + z * z), a[i] * b[j] + a[i + 1] * b[j + 1] + a[i + 2] * b[j + 2]);
}

/**
 * Moves the unit vector `mean` to a minimum of the weighted sum of squared angles: m <- exp_m(sum of w_z log_m(z)). Squared angles
 * curve at most as in the plane, so a whole step never goes up.
 */
function descend(weights: Float64Array, directions: Float64Array, mean: Float64Array): void {
  const step = new Float64Array(3);
  const heavy = Array.from(weights.keys()).filter((z) => weights[z] > LEAST_WEIGHT);
  for (let iteration = 0; iteration < MOST_STEPS; iteration++) {
    step.fill(0);
    for (const z of heavy) {
      const apart = angle(mean, 0, directions, 3 * z);
      const sine = Math.sin(apart);
      if (sine < 1e-12) continue; // the same point, or the opposite one, to which no way is shorter than others
      const cosine = Math.cos(apart);
      const factor = (weights[z] * apart) / sine;
      for (let k = 0; k < 3; k++) step[k] += factor * (directions[3 * z + k] - cosine * mean[k]);
    }
    const length = Math.hypot(...step);
    if (length < SMALLEST_STEP) return;
    for (let k = 0; k < 3; k++) mean[k] = Math.cos(length) * mean[k] + (Math.sin(length) / length) * step[k];
    const norm = Math.hypot(...mean);
    for (let k = 0; k < 3; k++) mean[k] /= norm;
  }
}
