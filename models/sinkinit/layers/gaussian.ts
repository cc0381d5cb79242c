import * as tf from "@tensorflow/tfjs-core";
import { FixedLayer, single } from "./fixed-layer.ts";

/** Numbers that `GaussianMap` gives: two means (4), two covariances (6), the map S (3). */
export const GAUSSIAN_FEATURES = 13;

/** Pixel centres run over [-2, 2] here, so that means and covariances are of order one. */
const SIDE = 4;

/** x, y, xx, xy, yy at each point of an extent x extent grid: [points, 5]. */
export function monomials(extent: number): Float32Array {
  const at = (index: number): number => (SIDE * index) / (extent - 1) - SIDE / 2;
  return Float32Array.from({ length: 5 * extent ** 2 }, (_, entry) => {
    const point = Math.floor(entry / 5);
    const [x, y] = [at(Math.floor(point / extent)), at(point % extent)];
    return [x, y, x * x, x * y, y * y][entry % 5];
  });
}

/** Variance of a pixel along an axis: keeps covariances invertible where all mass lies on a line or a point. */
export function pixelVariance(extent: number): number {
  return (SIDE / (extent - 1)) ** 2 / 12;
}

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
export class GaussianMap extends FixedLayer {
  static readonly className = "OtlearnGaussianMap";
  readonly config: GaussianMapConfig;
  protected readonly width = GAUSSIAN_FEATURES;
  #monomials: tf.Tensor2D | undefined;

  constructor(config: GaussianMapConfig) {
    super({ name: config.name });
    this.config = config;
  }

  override build(): void {
    const { extent } = this.config;
    this.#monomials = this.constant(monomials(extent), extent ** 2);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { extent } = this.config;
    return tf.tidy(() => {
      const x = single(inputs);
      const moments = tf.matMul(tf.reshape(x, [-1, extent ** 2]), this.#monomials!); // [batch * 2, 5]
      const [ax, ay, axx, axy, ayy, bx, by, bxx, bxy, byy] = tf.split(tf.reshape(moments, [-1, 10]), 10, 1);
      const a = covariance(ax, ay, axx, axy, ayy, pixelVariance(extent));
      const b = covariance(bx, by, bxx, bxy, byy, pixelVariance(extent));
      return tf.concat([ax, ay, bx, by, ...a, ...b, ...linearMap(a, b)], 1);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(GaussianMap);

/** xx, xy, yy of a symmetric matrix, each [batch, 1]. */
type Symmetric = readonly [xx: tf.Tensor, xy: tf.Tensor, yy: tf.Tensor];

function covariance(x: tf.Tensor, y: tf.Tensor, xx: tf.Tensor, xy: tf.Tensor, yy: tf.Tensor, pixel: number): Symmetric {
  return [tf.add(tf.sub(xx, tf.mul(x, x)), pixel), tf.sub(xy, tf.mul(x, y)), tf.add(tf.sub(yy, tf.mul(y, y)), pixel)];
}

function linearMap([axx, axy, ayy]: Symmetric, [bxx, bxy, byy]: Symmetric): Symmetric {
  const rootA = tf.sqrt(tf.sub(tf.mul(axx, ayy), tf.mul(axy, axy)));
  const rootB = tf.sqrt(tf.sub(tf.mul(bxx, byy), tf.mul(bxy, bxy)));
  const trace = tf.add(tf.add(tf.mul(axx, bxx), tf.mul(ayy, byy)), tf.mul(2, tf.mul(axy, bxy)));
  const scale = tf.sqrt(tf.add(trace, tf.mul(2, tf.mul(rootA, rootB))));
  const ratio = tf.div(rootA, rootB);
  return [
    tf.div(tf.add(axx, tf.mul(ratio, byy)), scale),
    tf.div(tf.sub(axy, tf.mul(ratio, bxy)), scale),
    tf.div(tf.add(ayy, tf.mul(ratio, bxx)), scale),
  ];
}

export interface GaussianPotentialConfig extends GaussianMapConfig {
  readonly epsilon: number;
}

/**
 * The Gaussian initialiser as a layer: features [batch, 13] of `GaussianMap` to g / epsilon on the grid of the unit square
 * [batch, points], up to a constant, with g(y) = |y|^2 - (y - mean_nu)^T S (y - mean_nu) - 2 mean_mu^T y.
 */
export class GaussianPotential extends FixedLayer {
  static readonly className = "OtlearnGaussianPotential";
  readonly config: GaussianPotentialConfig;
  #monomials: tf.Tensor2D | undefined;

  constructor(config: GaussianPotentialConfig) {
    super({ name: config.name });
    this.config = config;
  }

  protected get width(): number {
    return this.config.extent ** 2;
  }

  /** Monomials at the points [5, points], in units of epsilon on the unit square. */
  get basis(): Float32Array {
    const { extent, epsilon } = this.config;
    const values = monomials(extent);
    const points = extent ** 2;
    const unit = 1 / (SIDE ** 2 * epsilon);
    return values.map((_, index) => unit * values[(index % points) * 5 + Math.floor(index / points)]);
  }

  override build(): void {
    this.#monomials = this.constant(this.basis, 5);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [ax, ay, bx, by, , , , , , , sxx, sxy, syy] = tf.split(single(inputs), GAUSSIAN_FEATURES, 1);
      const mapped = [tf.add(tf.mul(sxx, bx), tf.mul(sxy, by)), tf.add(tf.mul(sxy, bx), tf.mul(syy, by))];
      const coefficients = [
        tf.mul(2, tf.sub(mapped[0], ax)),
        tf.mul(2, tf.sub(mapped[1], ay)),
        tf.sub(1, sxx),
        tf.mul(-2, sxy),
        tf.sub(1, syy),
      ];
      return tf.matMul(tf.concat(coefficients, 1), this.#monomials!);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(GaussianPotential);
