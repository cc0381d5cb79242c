import { Matrix } from "ml-matrix";
import { InputError } from "../../errors.ts";
import { isGrid, type Coordinates, type Geometry } from "../../geometry/geometry.ts";
import { nativeStatus } from "../../native/loader.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import { rowsOf } from "../../tensor/ndarray.ts";
import { gaussianMap, planarGaussianMap, type PlanarMatrix } from "./gaussian-map.ts";
import type { HostBatchProblem, HostInitializer, HostProblem } from "./initializer.ts";

/**
 * The Kantorovich potential between the Gaussian approximations of b and a, for squared Euclidean costs (Thornton and
 * Cuturi 2022, section 4): `g(y) = |y|^2 - (y - m_b)^T S (y - m_b) - 2 m_a^T y`, where `S cov_b S = cov_a` is the linear
 * part of the map from b to a; its mean over all points is taken off. Batches on grids of two axes run in the addon. Throws InputError
 * where the geometry has no points or another cost.
 */
export const gaussian: HostInitializer = {
  name: "gaussian",
  hostPotential: gaussianPotential,
  hostPotentials: (problem) => gaussianPotentials(problem),
};

/**
 * The Gaussian potential plus epsilon log b. The g of Sinkhorn contains that term and the Gaussian one does not, so this
 * start needs as many iterations or fewer.
 */
export const gaussianTimesNu: HostInitializer = {
  name: "gaussianTimesNu",
  hostPotential(problem) {
    const g = gaussianPotential(problem);
    return g.map((value, index) => value + problem.epsilon * Math.log(problem.b[index]));
  },
  hostPotentials(problem) {
    const { b, epsilon } = problem;
    const g = gaussianPotentials(problem);
    for (let at = 0; at < g.length; at++) if (b[at] > 0) g[at] += epsilon * Math.log(b[at]);
    return g;
  },
};

function gaussianPotentials({ geometry, a, b, pairs, epsilon }: HostBatchProblem): Float32Array {
  const out = new Float32Array(b.length);
  const { addon } = nativeStatus();
  if (addon && isGrid(geometry) && geometry.size.length === 2) {
    addon.gaussianPotentialsOnGrid({ size: geometry.size, spacing: geometry.spacing, pairs, a, b, g: out });
    return out;
  }
  const [n, m] = geometry.shape;
  const second = rowsOf(b, m);
  rowsOf(a, n).forEach((row, pair) =>
    out.set(gaussianPotential({ geometry, a: row, b: second[pair], epsilon }), pair * m),
  );
  return out;
}

function gaussianPotential({ geometry, a, b }: HostProblem): Float64Array {
  const coordinates = squaredEuclidean(geometry);
  const g = coordinates.x.shape[1] === 2 ? planarPotential(coordinates, a, b) : potentialOf(coordinates, a, b);
  const average = g.reduce((sum, value) => sum + value, 0) / g.length;
  return g.map((value) => value - average);
}

function squaredEuclidean({ coordinates }: Geometry): Coordinates {
  if (coordinates?.cost === "squared-euclidean") return coordinates;
  const got = coordinates ? `cost ${coordinates.cost}` : "a cost matrix without points";
  throw new InputError(`gaussian initialiser: expected squared Euclidean costs between points, got ${got}`);
}

/** In the plane, where no matrix is decomposed. */
function planarPotential({ x, y }: Coordinates, a: Float64Array, b: Float64Array): Float64Array {
  const [first, second] = [planarMoments(x.data, a), planarMoments(y.data, b)];
  const [xx, xy, yy] = planarGaussianMap(second.covariance, first.covariance);
  return b.map((_, point) => {
    const [y0, y1] = [y.data[2 * point], y.data[2 * point + 1]];
    const [c0, c1] = [y0 - second.mean[0], y1 - second.mean[1]];
    const moved = y0 * (y0 - 2 * first.mean[0]) + y1 * (y1 - 2 * first.mean[1]);
    return moved - (xx * c0 * c0 + 2 * xy * c0 * c1 + yy * c1 * c1);
  });
}

/** Weighted mean and covariance of points [n, 2]. */
function planarMoments(points: Float64Array, weights: Float64Array) {
  let [total, m0, m1] = [0, 0, 0];
  for (let point = 0; point < weights.length; point++) {
    total += weights[point];
    m0 += weights[point] * points[2 * point];
    m1 += weights[point] * points[2 * point + 1];
  }
  const mean = [m0 / total, m1 / total] as const;
  let [xx, xy, yy] = [0, 0, 0];
  for (let point = 0; point < weights.length; point++) {
    const weight = weights[point] / total;
    const [c0, c1] = [points[2 * point] - mean[0], points[2 * point + 1] - mean[1]];
    xx += weight * c0 * c0;
    xy += weight * c0 * c1;
    yy += weight * c1 * c1;
  }
  const covariance: PlanarMatrix = [xx, xy, yy];
  return { mean, covariance };
}

function potentialOf({ x, y }: Coordinates, a: Float64Array, b: Float64Array): Float64Array {
  const first = moments(x, a);
  const second = moments(y, b);
  const map = gaussianMap(second.covariance, first.covariance);
  const dimension = second.mean.length;
  const g = new Float64Array(b.length);
  const centred = new Float64Array(dimension);
  for (let point = 0; point < g.length; point++) {
    const place = y.data.subarray(point * dimension, (point + 1) * dimension);
    let value = 0;
    for (let row = 0; row < dimension; row++) {
      centred[row] = place[row] - second.mean[row];
      value += place[row] * (place[row] - 2 * first.mean[row]);
    }
    for (let row = 0; row < dimension; row++) {
      for (let column = 0; column < dimension; column++) value -= centred[row] * map.get(row, column) * centred[column];
    }
    g[point] = value;
  }
  return g;
}

interface Moments {
  readonly mean: Float64Array;
  readonly covariance: Matrix;
}

/** Weighted mean [d] and covariance [d, d] of points [n, d]. */
function moments({ data, shape }: NdArray<Float64Array>, weights: Float64Array): Moments {
  const dimension = shape[1];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const mean = new Float64Array(dimension);
  const covariance = Matrix.zeros(dimension, dimension);
  for (let at = 0; at < data.length; at++)
    mean[at % dimension] += (weights[Math.floor(at / dimension)] * data[at]) / total;
  weights.forEach((weight, point) => {
    for (let row = 0; row < dimension; row++) {
      const along = data[point * dimension + row] - mean[row];
      for (let column = 0; column < dimension; column++) {
        const across = data[point * dimension + column] - mean[column];
        covariance.set(row, column, covariance.get(row, column) + (weight / total) * along * across);
      }
    }
  });
  return { mean, covariance };
}
