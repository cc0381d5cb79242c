import { OptionError } from "../../errors.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import { betweenEach } from "../distances.ts";
import { bures2, inverse2, isPositive2, sandwich2, squareRoot2, trace2, type Symmetric2 } from "../symmetric2.ts";
import type { Target } from "../target.ts";
import { projectRows } from "./coupling-rows.ts";
import { gridPoints, linspace, requireLength, rowsAndColumns, type Resolution } from "./resolution.ts";
import { scaledTarget, type TargetScale } from "./scaled.ts";

export interface GaussiansOptions {
  /** Means a side. @default 15 */
  readonly resolution?: Resolution;
  /** Lengths of the sides of the means' grid. @default [1, 1] */
  readonly extent?: readonly [number, number];
  /** Mean variance of the mixtures that are to be embedded, in squared units of the means. @default 0.1 */
  readonly variance?: number;
  /** Variances along either axis, as multiples of `variance`. @default [0.5, 1] */
  readonly variances?: readonly number[];
  /** Between the axes, above -1 and below 1. @default [-0.5, 0, 0.5] */
  readonly correlations?: readonly number[];
  /** @default 1 */
  readonly scale?: TargetScale;
}

/**
 * Gaussians on the plane under the Wasserstein-2 (Bures-Wasserstein) distance: means on a grid, times covariances (Beier et al.
 * 2025, equation 39)
 *
 *     variance [[a, r sqrt(a b)], [r sqrt(a b), b]],   a and b among `variances`, r among `correlations`;
 *
 * by default 15 x 15 x 12 = 2700 points. Coordinates [nz, 5] are the two of the mean, then the variances and covariance (s11, s12,
 * s22). Projections are Wasserstein barycenters, in the same five numbers. Memory: 8 nz^2 bytes, 58 MB by default.
 *
 * @throws OptionError
 */
export function gaussiansTarget(options: GaussiansOptions = {}): Target {
  const { resolution = 15, extent = [1, 1], scale } = options;
  const { rows, columns } = rowsAndColumns(resolution, 1);
  for (const length of extent) requireLength("extent", length);
  const covariances = covariancesOf(options);
  const means = gridPoints(linspace(extent[0], rows), linspace(extent[1], columns));
  const [places, shapes] = [rows * columns, covariances.length];
  const points = places * shapes;
  const coordinates = new Float64Array(5 * points);
  for (let point = 0; point < points; point++) {
    const place = 2 * Math.floor(point / shapes);
    coordinates.set([means[place], means[place + 1], ...covariances[point % shapes]], 5 * point);
  }
  return scaledTarget(
    {
      name: "gaussians",
      matrix: distancesOf(means, covariances),
      coordinates: { shape: [points, 5], data: coordinates },
      project: (coupling) =>
        projectRows(coupling, points, 5, (weights, mean) => project(weights, means, covariances, mean)),
      distances: (p, q) =>
        betweenEach(p, q, (a, i, b, j) =>
          Math.hypot(a[i] - b[j], a[i + 1] - b[j + 1], bures2(symmetricAt(a, i + 2), symmetricAt(b, j + 2))),
        ),
    },
    scale,
  );
}

/** The barycenter is a fixed point to this relative change. */
const TOLERANCE = 1e-14;
const MOST_STEPS = 500;

const symmetricAt = (data: Float64Array, start: number): Symmetric2 => [data[start], data[start + 1], data[start + 2]];

function covariancesOf({
  variance = 0.1,
  variances = [0.5, 1],
  correlations = [-0.5, 0, 0.5],
}: GaussiansOptions): Symmetric2[] {
  requireLength("variance", variance);
  for (const factor of variances) requireLength("variances", factor);
  if (variances.length === 0) throw new OptionError("variances", "expected at least one, got none");
  if (correlations.length === 0) throw new OptionError("correlations", "expected at least one, got none");
  const covariances = variances.flatMap((a) =>
    variances.flatMap((b) =>
      correlations.map((r): Symmetric2 => [variance * a, variance * r * Math.sqrt(a * b), variance * b]),
    ),
  );
  if (covariances.every(isPositive2)) return covariances;
  throw new OptionError("correlations", `expected numbers above -1 and below 1, got ${correlations.join(", ")}`);
}

/** Of the grid of means times the covariances, [nz, nz]; the Bures part takes few values. */
function distancesOf(means: Float64Array, covariances: readonly Symmetric2[]): NdArray<Float64Array> {
  const bures = covariances.map((first) => covariances.map((second) => bures2(first, second)));
  const shapes = covariances.length;
  const points = (means.length / 2) * shapes;
  const data = new Float64Array(points * points);
  for (let i = 0; i < points; i++) {
    const place = 2 * Math.floor(i / shapes);
    for (let j = i + 1; j < points; j++) {
      const other = 2 * Math.floor(j / shapes);
      const [dx, dy] = [means[place] - means[other], means[place + 1] - means[other + 1]];
      const apart = bures[i % shapes][j % shapes];
      data[i * points + j] = data[j * points + i] = Math.sqrt(dx * dx + dy * dy + apart * apart);
    }
  }
  return { shape: [points, points], data };
}

/**
 * The Wasserstein barycenter of weighted Gaussians: the mean of the means, and the fixed point of
 * S <- S^(-1/2) (sum of w (S^(1/2) C S^(1/2))^(1/2))^2 S^(-1/2) (Alvarez-Esteban et al. 2016), which converges from any start.
 */
function project(
  weights: Float64Array,
  means: Float64Array,
  covariances: readonly Symmetric2[],
  projection: Float64Array,
): void {
  const shapes = covariances.length;
  const shares = new Float64Array(shapes);
  projection.fill(0);
  for (let point = 0; point < weights.length; point++) {
    const place = 2 * Math.floor(point / shapes);
    projection[0] += weights[point] * means[place];
    projection[1] += weights[point] * means[place + 1];
    shares[point % shapes] += weights[point];
  }
  projection.set(barycenter2(covariances, shares), 2);
}

function barycenter2(covariances: readonly Symmetric2[], weights: Float64Array): Symmetric2 {
  const mean = (terms: readonly Symmetric2[]): Symmetric2 => {
    const sum = [0, 0, 0];
    terms.forEach((term, index) => term.forEach((entry, k) => (sum[k] += weights[index] * entry)));
    return [sum[0], sum[1], sum[2]];
  };
  let current = mean(covariances);
  for (let step = 0; step < MOST_STEPS; step++) {
    const root = squareRoot2(current);
    const inner = mean(covariances.map((covariance) => squareRoot2(sandwich2(root, covariance))));
    const next = sandwich2(inverse2(root), sandwich2(inner, [1, 0, 1]));
    const change = Math.max(...next.map((entry, k) => Math.abs(entry - current[k])));
    current = next;
    if (change <= TOLERANCE * trace2(current)) break;
  }
  return current;
}
