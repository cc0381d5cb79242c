import { InputError, OptionError } from "../errors.ts";
import { ndarray, type NdArray } from "../tensor/ndarray.ts";
import { Random } from "../tensor/random.ts";
import { buresWasserstein, type Gaussians } from "./bures-wasserstein.ts";
import { pointsOf } from "./distances.ts";
import { expectation, maximization, type Components } from "./mixture-steps.ts";
import { spreadStart } from "./mixture-start.ts";
import { matrixMetric } from "./metric-matrix.ts";
import { metricSpace, type Space } from "./space.ts";

export interface MixtureOptions {
  /** Gaussians k. */
  readonly components: number;
  /** @default 0 */
  readonly seed?: number;
  /** Starts; the most likely mixture wins. @default 5 */
  readonly starts?: number;
  /**
   * Added to the variances, as a share of the points' mean variance along an axis: no Gaussian collapses onto a point.
   * @default 1e-6
   */
  readonly regularization?: number;
  /** Stop when an iteration raises the mean log-likelihood of a point by no more than this. @default 1e-6 */
  readonly tolerance?: number;
  /** Of a start. @default 500 */
  readonly maxIterations?: number;
}

/** A mixture of k Gaussians on R^d. */
export interface Mixture extends Gaussians {
  readonly means: NdArray<Float64Array>;
  readonly covariances: NdArray<Float64Array>;
  /** [k], of sum one. */
  readonly weights: Float64Array;
  /** Mean log-likelihood of a point after each iteration of the start that won; it never falls but by the regularisation. */
  readonly logLikelihoods: readonly number[];
  readonly status: "converged" | "max-iterations";
}

/**
 * Fits a mixture of Gaussians with full covariances to points [n, d] by expectation and maximisation, each start from points that
 * k-means++ draws. Time O(n k d^2) an iteration; memory 8 n (k + d) bytes.
 *
 * @throws InputError for points that are none; OptionError for options that do not fit, as more Gaussians than different points
 */
export function gaussianMixture(points: NdArray, options: MixtureOptions): Mixture {
  const { components, seed = 0, starts = 5, regularization = 1e-6, tolerance = 1e-6, maxIterations = 500 } = options;
  const data = pointsOf(points, "points");
  const { rows: n, columns: d } = data;
  requireWhole("components", components, n);
  requireWhole("starts", starts, Infinity);
  requireWhole("maxIterations", maxIterations, Infinity);
  if (!(regularization > 0)) throw new OptionError("regularization", `expected a share above 0, got ${regularization}`);
  const variance = meanVariance(data.data, n, d);
  if (variance === 0) throw new InputError(`points: all ${n} are the same, expected a set to fit Gaussians to`);
  const ridge = regularization * variance;
  const random = Random.fromSeed(seed);
  const climbs = Array.from({ length: starts }, () => {
    const responsibilities = spreadStart(data.data, n, d, components, random);
    return climb(data.data, n, d, responsibilities, components, { ridge, tolerance, maxIterations });
  });
  return climbs.reduce((best, found) => (found.logLikelihoods.at(-1)! > best.logLikelihoods.at(-1)! ? found : best));
}

/** Maximisation and expectation in turn, from responsibilities [n, k], which are overwritten. */
function climb(
  x: Float64Array,
  n: number,
  d: number,
  responsibilities: Float64Array,
  k: number,
  {
    ridge,
    tolerance,
    maxIterations,
  }: { readonly ridge: number; readonly tolerance: number; readonly maxIterations: number },
): Mixture {
  const logLikelihoods: number[] = [];
  for (;;) {
    const found = maximization(x, n, d, responsibilities, k, ridge);
    logLikelihoods.push(expectation(x, n, d, found, responsibilities));
    const [last, before = -Infinity] = [logLikelihoods.at(-1)!, logLikelihoods.at(-2)];
    if (last - before <= tolerance) return mixtureOf(found, d, logLikelihoods, "converged");
    if (logLikelihoods.length === maxIterations) return mixtureOf(found, d, logLikelihoods, "max-iterations");
  }
}

/** The Gaussians of a mixture as points under the Bures-Wasserstein distance, with its weights. */
export function mixtureSpace(mixture: Pick<Mixture, "means" | "covariances" | "weights">): Space {
  return metricSpace(matrixMetric(buresWasserstein(mixture)), mixture.weights);
}

/** Mean over Gaussians and axes of their variances, by the weights: the unit in which covariances of a target are to be given. */
export function meanVarianceOf({ covariances, weights }: Pick<Mixture, "covariances" | "weights">): number {
  const [k, d] = covariances.shape;
  let sum = 0;
  for (let component = 0; component < k; component++) {
    for (let axis = 0; axis < d; axis++) {
      sum += (weights[component] * covariances.data[(component * d + axis) * d + axis]) / d;
    }
  }
  return sum;
}

function mixtureOf(
  { means, covariances, weights }: Components,
  d: number,
  logLikelihoods: readonly number[],
  status: Mixture["status"],
): Mixture {
  const k = weights.length;
  return {
    means: ndarray(means, [k, d]),
    covariances: ndarray(covariances, [k, d, d]),
    weights,
    logLikelihoods,
    status,
  };
}

function requireWhole(option: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return;
  const range = most === Infinity ? "of at least 1" : `from 1 to ${most} (there are ${most} points)`;
  throw new OptionError(option, `expected a whole number ${range}, got ${value}`);
}

function meanVariance(x: Float64Array, n: number, d: number): number {
  let sum = 0;
  for (let axis = 0; axis < d; axis++) {
    let mean = 0;
    for (let row = 0; row < n; row++) mean += x[row * d + axis] / n;
    for (let row = 0; row < n; row++) sum += (x[row * d + axis] - mean) ** 2 / (n * d);
  }
  return sum;
}
