import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { InputError } from "../../errors.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import type { HostInitializer, HostProblem } from "./initializer.ts";

/** Variances below this share of the largest one count as zero: the histogram lies on a line or a point. */
const DEGENERATE = 1e-12;

/**
 * The Kantorovich potential between the Gaussian approximations of b and a, for squared Euclidean costs (Thornton and
 * Cuturi 2022, section 4): `g(y) = |y|^2 - (y - m_b)^T S (y - m_b) - 2 m_a^T y`, where `S cov_b S = cov_a` is the linear
 * part of the map from b to a; its mean over all points is taken off. Throws InputError where the geometry has no points
 * or another cost.
 */
export const gaussian: HostInitializer = { name: "gaussian", hostPotential: gaussianPotential };

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
};

function gaussianPotential({ geometry, a, b }: HostProblem): Float64Array {
  const { coordinates } = geometry;
  if (coordinates?.cost !== "squared-euclidean") {
    const got = coordinates ? `cost ${coordinates.cost}` : "a cost matrix without points";
    throw new InputError(`gaussian initialiser: expected squared Euclidean costs between points, got ${got}`);
  }
  const first = moments(coordinates.x, a);
  const second = moments(coordinates.y, b);
  const map = gaussianMap(second.covariance, first.covariance);
  const dimension = second.mean.length;
  const g = new Float64Array(b.length);
  const centred = new Float64Array(dimension);
  for (let point = 0; point < g.length; point++) {
    const y = coordinates.y.data.subarray(point * dimension, (point + 1) * dimension);
    let value = 0;
    for (let row = 0; row < dimension; row++) {
      centred[row] = y[row] - second.mean[row];
      value += y[row] * (y[row] - 2 * first.mean[row]);
    }
    for (let row = 0; row < dimension; row++) {
      for (let column = 0; column < dimension; column++) value -= centred[row] * map.get(row, column) * centred[column];
    }
    g[point] = value;
  }
  const average = g.reduce((sum, value) => sum + value, 0) / g.length;
  return g.map((value) => value - average);
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

/** The symmetric S with S from S = to: `from^(-1/2) (from^(1/2) to from^(1/2))^(1/2) from^(-1/2)`. */
function gaussianMap(from: Matrix, to: Matrix): Matrix {
  const half = spectral(from, Math.sqrt);
  const inverseHalf = spectral(from, (value) => (value > 0 ? 1 / Math.sqrt(value) : 0));
  const middle = spectral(half.mmul(to).mmul(half), Math.sqrt);
  return inverseHalf.mmul(middle).mmul(inverseHalf);
}

/** f of a symmetric positive semi-definite matrix, through its eigenvalues. */
function spectral(matrix: Matrix, f: (eigenvalue: number) => number): Matrix {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const floor = DEGENERATE * Math.max(...realEigenvalues);
  const values = realEigenvalues.map((value) => f(value > floor ? value : 0));
  return eigenvectorMatrix.mmul(Matrix.diag(values)).mmul(eigenvectorMatrix.transpose());
}
