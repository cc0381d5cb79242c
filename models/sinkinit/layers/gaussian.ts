import { serialization } from "@tensorflow/tfjs-core";
import type { Algebra } from "./algebra.ts";
import { FixedLayer } from "./fixed-layer.ts";

/** Numbers that `GaussianMap` gives: two means (4), two covariances (6), the map S (3). */
export const GAUSSIAN_FEATURES = 13;

/** Pixel centres run over [-2, 2] here, so that means and covariances are of order one. */
const SIDE = 4;

export interface GaussianMapConfig {
  readonly name?: string;
  readonly extent: number;
}

/**
 * Gaussian approximations of the two histograms of a sample [batch, 2 * points], and the symmetric S with
 * S cov_nu S = cov_mu, the linear part of the optimal map from nu to mu (Thornton and Cuturi 2022, section 4). In two
 * dimensions S = (cov_mu + sqrt(det cov_mu / det cov_nu) adj cov_nu) / sqrt(tr(cov_nu cov_mu) + 2 sqrt(det cov_mu det cov_nu)).
 * Result [batch, 13]: means of mu and nu, covariances (xx, xy, yy) of mu and nu, S (xx, xy, yy).
 */
export class GaussianMap extends FixedLayer<GaussianMapConfig> {
  static readonly className = "OtlearnGaussianMap";
  protected readonly width = GAUSSIAN_FEATURES;

  formula<T>(algebra: Algebra<T>, [sample]: readonly T[]): T {
    const { extent } = this.config;
    const basis = algebra.constant("monomials", extent ** 2, () => monomials(extent));
    const moments = algebra.matMul(algebra.reshape(sample, [-1, extent ** 2]), basis); // [batch * 2, 5]
    const [ax, ay, axx, axy, ayy, bx, by, bxx, bxy, byy] = columnsOf(algebra, algebra.reshape(moments, [-1, 10]), 10);
    const pixel = pixelVariance(extent);
    const a = covariance(algebra, [ax, ay], [axx, axy, ayy], pixel);
    const b = covariance(algebra, [bx, by], [bxx, bxy, byy], pixel);
    return algebra.concat([ax, ay, bx, by, ...a, ...b, ...linearMap(algebra, a, b, pixel ** 2)]);
  }
}
serialization.registerClass(GaussianMap);

export interface GaussianPotentialConfig extends GaussianMapConfig {
  readonly epsilon: number;
}

/**
 * The Gaussian initialiser as a layer: features [batch, 13] of `GaussianMap` to g / epsilon on the grid of the unit square
 * [batch, points], up to a constant, with g(y) = |y|^2 - (y - mean_nu)^T S (y - mean_nu) - 2 mean_mu^T y.
 */
export class GaussianPotential extends FixedLayer<GaussianPotentialConfig> {
  static readonly className = "OtlearnGaussianPotential";

  protected get width(): number {
    return this.config.extent ** 2;
  }

  formula<T>(algebra: Algebra<T>, [features]: readonly T[]): T {
    const [ax, ay, bx, by, , , , , , , sxx, sxy, syy] = columnsOf(algebra, features, GAUSSIAN_FEATURES);
    const coefficients = gaussianCoefficients(algebra, [ax, ay], [bx, by], [sxx, sxy, syy]);
    return algebra.matMul(
      coefficients,
      algebra.constant("basis", 5, () => this.#basis()),
    );
  }

  /** Monomials at the points [5, points], in units of epsilon on the unit square. */
  #basis(): Float32Array {
    const { extent, epsilon } = this.config;
    const values = monomials(extent);
    const points = extent ** 2;
    const unit = 1 / (SIDE ** 2 * epsilon);
    return values.map((_, index) => unit * values[(index % points) * 5 + Math.floor(index / points)]);
  }
}
serialization.registerClass(GaussianPotential);

/** x, y, xx, xy, yy at each point of an extent x extent grid: [points, 5]. */
function monomials(extent: number): Float32Array {
  const at = (index: number): number => (SIDE * index) / (extent - 1) - SIDE / 2;
  return Float32Array.from({ length: 5 * extent ** 2 }, (_, entry) => {
    const point = Math.floor(entry / 5);
    const [x, y] = [at(Math.floor(point / extent)), at(point % extent)];
    return [x, y, x * x, x * y, y * y][entry % 5];
  });
}

/** Variance of a pixel along an axis: keeps covariances invertible where all mass lies on a line or a point. */
function pixelVariance(extent: number): number {
  return (SIDE / (extent - 1)) ** 2 / 12;
}

/** Each column of [batch, count] as [batch, 1]. */
export function columnsOf<T>(algebra: Algebra<T>, x: T, count: number): T[] {
  return Array.from({ length: count }, (_, index) => algebra.columns(x, index, 1));
}

/** Coefficients of the Gaussian potential in x, y, xx, xy, yy [batch, 5], from both means and S. */
export function gaussianCoefficients<T>(
  { add, sub, mul, concat }: Algebra<T>,
  [ax, ay]: readonly [T, T],
  [bx, by]: readonly [T, T],
  [sxx, sxy, syy]: Symmetric<T>,
): T {
  const mappedX = add(mul(sxx, bx), mul(sxy, by));
  const mappedY = add(mul(sxy, bx), mul(syy, by));
  return concat([
    mul(sub(mappedX, ax), 2),
    mul(sub(mappedY, ay), 2),
    add(mul(sxx, -1), 1),
    mul(sxy, -2),
    add(mul(syy, -1), 1),
  ]);
}

/** xx, xy, yy of a symmetric matrix, each [batch, 1]. */
export type Symmetric<T> = readonly [xx: T, xy: T, yy: T];

function covariance<T>(
  { add, sub, mul }: Algebra<T>,
  [x, y]: readonly [T, T],
  [xx, xy, yy]: Symmetric<T>,
  pixel: number,
): Symmetric<T> {
  return [add(sub(xx, mul(x, x)), pixel), sub(xy, mul(x, y)), add(sub(yy, mul(y, y)), pixel)];
}

/** S with S b S = a, for covariances of at least this determinant: rounding may take it below. */
export function linearMap<T>(algebra: Algebra<T>, a: Symmetric<T>, b: Symmetric<T>, least: number): Symmetric<T> {
  const { add, sub, mul, div, sqrt, clip } = algebra;
  const rootDeterminant = ([xx, xy, yy]: Symmetric<T>): T =>
    sqrt(clip(sub(mul(xx, yy), mul(xy, xy)), least, Number.MAX_SAFE_INTEGER));
  const [rootA, rootB] = [rootDeterminant(a), rootDeterminant(b)];
  const trace = add(add(mul(a[0], b[0]), mul(a[2], b[2])), mul(mul(a[1], b[1]), 2));
  const scale = sqrt(add(trace, mul(mul(rootA, rootB), 2)));
  const ratio = div(rootA, rootB);
  return [
    div(add(a[0], mul(ratio, b[2])), scale),
    div(sub(a[1], mul(ratio, b[1])), scale),
    div(add(a[2], mul(ratio, b[0])), scale),
  ];
}
