import { InputError } from "../errors.ts";
import { matrixProduct } from "../linear-algebra/product/product.ts";
import { float64Of, ndarray, type NdArray } from "../tensor/ndarray.ts";
import type { Metric } from "./metric.ts";

/** Sums of squares of squared distances stay numbers. */
const MOST_SQUARE = 1e149;

/** Squared Euclidean distances of points, with the factors from which they follow. */
export interface SquaredEuclideanMetric extends Metric {
  /** The points [n, d], moved so that their mean is zero: D_ij = |x_i|^2 + |x_j|^2 - 2 <x_i, x_j>. */
  readonly centred: NdArray<Float64Array>;
  /** |x_i|^2 [n] of the centred points. */
  readonly squaredNorms: Float64Array;
}

/**
 * D_ij = |x_i - x_j|^2 of points [n, d], in O(n d) memory: D V takes O(n d) a column, and the entrywise square D * D, which is
 * a polynomial in the coordinates, acts through moments of the points in O(n d^2). Only `matrix` forms D. Points are centred
 * first, so those far from the origin lose no digits; the products are exact to rounding of the largest distance.
 *
 * (D is no metric: distances squared break the triangle inequality. Gromov-Wasserstein needs none.) Throws InputError unless the
 * points are finite and their squared distances too.
 */
export function squaredEuclideanMetric(points: NdArray): SquaredEuclideanMetric {
  const { data: x, n, d } = centredPoints(points);
  const norms = squaredNorms(x, n, d);
  let largest: number | undefined;

  /** X^T V [d, columns] */
  const momentsOf = (v: Float64Array, columns: number) => matrixProduct(x, v, [d, n, columns], { transposeA: true });

  return {
    points: n,
    centred: ndarray(x, [n, d]),
    squaredNorms: norms,
    get largest() {
      return (largest ??= largestSquaredDistance(x, norms, d));
    },
    // s (1^T V) + 1 (s^T V) - 2 X (X^T V), s the squared norms
    product(v, columns) {
      const out = matrixProduct(x, momentsOf(v, columns), [n, d, columns]);
      const [sums, weighted] = [new Float64Array(columns), new Float64Array(columns)];
      for (let i = 0, at = 0; i < n; i++) {
        for (let c = 0; c < columns; c++, at++) {
          sums[c] += v[at];
          weighted[c] += norms[i] * v[at];
        }
      }
      for (let i = 0, at = 0; i < n; i++) {
        for (let c = 0; c < columns; c++, at++) out[at] = norms[i] * sums[c] + weighted[c] - 2 * out[at];
      }
      return out;
    },
    rightProduct(v, rows) {
      const out = matrixProduct(matrixProduct(v, x, [rows, n, d]), x, [rows, d, n], { transposeB: true });
      for (let r = 0; r < rows; r++) {
        let [sum, weighted] = [0, 0];
        for (let j = 0; j < n; j++) {
          sum += v[r * n + j];
          weighted += v[r * n + j] * norms[j];
        }
        for (let j = 0; j < n; j++) out[r * n + j] = sum * norms[j] + weighted - 2 * out[r * n + j];
      }
      return out;
    },
    // With <x_i, x_j> = t: D_ij^2 = s_i^2 + s_j^2 + 2 s_i s_j - 4 (s_i + s_j) t + 4 t^2, summed over j with weights p.
    squaredProduct(p) {
      const weighted = x.map((entry, at) => entry * p[Math.floor(at / d)]);
      const second = matrixProduct(x, weighted, [d, n, d], { transposeA: true }); // sum of p x x^T
      const forms = matrixProduct(x, second, [n, d, d]);
      const first = new Float64Array(d); // sum of p x
      const third = new Float64Array(d); // sum of p s x
      let [mass, normSum, squareSum] = [0, 0, 0]; // sums of p, p s, p s^2
      for (let j = 0; j < n; j++) {
        mass += p[j];
        normSum += p[j] * norms[j];
        squareSum += p[j] * norms[j] * norms[j];
        for (let axis = 0; axis < d; axis++) {
          first[axis] += weighted[j * d + axis];
          third[axis] += norms[j] * weighted[j * d + axis];
        }
      }
      return norms.map((norm, i) => {
        let sum = norm * norm * mass + squareSum + 2 * norm * normSum;
        for (let axis = 0; axis < d; axis++) {
          sum += 4 * x[i * d + axis] * (forms[i * d + axis] - norm * first[axis] - third[axis]);
        }
        return sum;
      });
    },
    matrix() {
      const out = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = i + 1; j < n; j++) out[i * n + j] = out[j * n + i] = squaredDistance(x, d, i, j);
      }
      return ndarray(out, [n, n]);
    },
  };
}

function centredPoints(points: NdArray): { data: Float64Array; n: number; d: number } {
  const [n, d] = points.shape;
  if (points.shape.length !== 2 || points.data.length === 0) {
    throw new InputError(`points: expected [points, dimension], got shape [${points.shape.join(", ")}]`);
  }
  const given = ndarray(float64Of(points.data, "points"), points.shape).data;
  const means = new Float64Array(d);
  for (let at = 0; at < given.length; at++) {
    if (!Number.isFinite(given[at])) {
      throw new InputError(
        `points: expected finite coordinates, got ${given[at]} at [${Math.floor(at / d)}, ${at % d}]`,
      );
    }
    means[at % d] += given[at] / n;
  }
  return { data: given.map((value, at) => value - means[at % d]), n, d };
}

function squaredNorms(x: Float64Array, n: number, d: number): Float64Array {
  const norms = new Float64Array(n);
  for (let at = 0; at < x.length; at++) norms[Math.floor(at / d)] += x[at] * x[at];
  const largest = norms.reduce((most, norm) => Math.max(most, norm), 0);
  if (!(largest <= MOST_SQUARE)) {
    throw new InputError(
      `points: their largest squared norm ${largest} is above ${MOST_SQUARE}; scale the coordinates`,
    );
  }
  return norms;
}

function squaredDistance(x: Float64Array, d: number, i: number, j: number): number {
  let sum = 0;
  for (let axis = 0; axis < d; axis++) sum += (x[i * d + axis] - x[j * d + axis]) ** 2;
  return sum;
}

/** Over all pairs, those first that are farthest from the mean: |x_i - x_j| <= |x_i| + |x_j| leaves most of them out. */
function largestSquaredDistance(x: Float64Array, norms: Float64Array, d: number): number {
  const order = Uint32Array.from(norms.keys()).sort((i, j) => norms[j] - norms[i]);
  const radii = Float64Array.from(order, (i) => Math.sqrt(norms[i]) * (1 + 1e-12));
  let largest = 0;
  for (let i = 0; i < order.length; i++) {
    for (let j = i + 1; j < order.length; j++) {
      if ((radii[i] + radii[j]) ** 2 <= largest) break;
      largest = Math.max(largest, squaredDistance(x, d, order[i], order[j]));
    }
  }
  return largest;
}
