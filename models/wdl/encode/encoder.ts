import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { expectArray } from "../../../checkpoints/leaves.ts";
import { matrixProduct } from "../../../src/linear-algebra/product/product.ts";
import type { StateTree } from "../../../src/tensor/tree.ts";
import type { RowMap } from "../simplex.ts";

/** What is known of a dictionary's encodings before a new point is looked at: where they start, and how the loss curves there. */
export interface Encoder {
  /** Square roots of histograms that were encoded well [n, N]. */
  readonly anchors: Float32Array;
  /** [n, S] of the kernel regression from a histogram to its weights. */
  readonly coefficients: Float64Array;
  /** Mean Hessian [S, S] of a point's loss in its weights. */
  readonly curvature: Float64Array;
}

/** Most anchors, and most numbers in them. */
const MOST_ANCHORS = 1000;
const MOST_ANCHOR_NUMBERS = 2 ** 21;
/** Width of the kernel in units of 1 - <sqrt x, sqrt y>, and its ridge: the best of 0.1, 0.3, 1 on digits. */
const WIDTH = 0.3;
const RIDGE = 1e-2;
/** A start leaves no atom with less weight: its logarithm would take many steps to come back. */
const LEAST_WEIGHT = 0.01;
/** Share of the mean curvature that is added in all directions: the best of 0.01, 0.03, 0.1, 0.3 on digits. */
const DAMPING = 0.1;

/** How many points serve as anchors of data points of N pixels. */
export function anchorsFor(pixels: number): number {
  return Math.max(16, Math.min(MOST_ANCHORS, Math.floor(MOST_ANCHOR_NUMBERS / pixels)));
}

/**
 * Fits the regression: kernel ridge, k(x, y) = exp((<sqrt x, sqrt y> - 1) / width), which is Gaussian in Hellinger's distance. One
 * product and one small factorisation.
 *
 * @param histograms [n, N], rows of mass one
 * @param weights their encodings [n, S]
 * @param curvature see `Encoder`
 */
export function fitEncoder(
  histograms: Float64Array,
  weights: Float64Array,
  atoms: number,
  curvature: Float64Array,
): Encoder {
  const count = weights.length / atoms;
  const anchors = Float32Array.from(histograms, Math.sqrt);
  const gram = kernelBetween(anchors, anchors, count, count);
  for (let i = 0; i < count; i++) gram[i * (count + 1)] += RIDGE;
  for (let i = 0; i < count; i++) for (let j = 0; j < i; j++) gram[i * count + j] = gram[j * count + i];
  const solved = new CholeskyDecomposition(Matrix.from1DArray(count, count, gram)).solve(
    Matrix.from1DArray(count, atoms, weights),
  );
  return { anchors, coefficients: Float64Array.from(solved.to1DArray()), curvature };
}

/** Weights [M, S] to start the encodings of histograms [M, N] from, positive, rows of sum one. */
export function predictWeights({ anchors, coefficients, curvature }: Encoder, histograms: Float64Array): Float64Array {
  const atoms = Math.sqrt(curvature.length);
  const count = coefficients.length / atoms;
  const points = histograms.length / (anchors.length / count);
  const kernel = kernelBetween(Float32Array.from(histograms, Math.sqrt), anchors, points, count);
  const weights = matrixProduct(kernel, coefficients, [points, count, atoms]);
  for (let from = 0; from < weights.length; from += atoms) {
    const row = weights.subarray(from, from + atoms);
    let sum = 0;
    for (let s = 0; s < atoms; s++) sum += row[s] = Math.max(row[s], LEAST_WEIGHT);
    for (let s = 0; s < atoms; s++) row[s] /= sum;
  }
  return weights;
}

/**
 * The inverse of J^T G J + damping at free variables with weights lambda [S], J the Jacobian of the weights and G the mean curvature:
 * the inverse Hessian to begin with.
 */
export function inverseCurvature({ curvature }: Encoder, map: RowMap, lambda: Float64Array): Float64Array | undefined {
  const atoms = lambda.length;
  const along = new Float64Array(atoms * atoms); // G J, row by row
  for (let s = 0; s < atoms; s++) {
    along.set(map.backward(curvature.slice(s * atoms, (s + 1) * atoms), lambda, atoms), s * atoms);
  }
  const hessian = new Matrix(atoms, atoms);
  for (let t = 0; t < atoms; t++) {
    const column = Float64Array.from({ length: atoms }, (_, s) => along[s * atoms + t]);
    hessian.setColumn(t, Array.from(map.backward(column, lambda, atoms)));
  }
  const damping = (DAMPING * hessian.trace()) / atoms;
  if (!(damping > 0)) return undefined;
  for (let s = 0; s < atoms; s++) {
    for (let t = 0; t < s; t++) hessian.set(s, t, hessian.get(t, s));
    hessian.set(s, s, hessian.get(s, s) + damping);
  }
  const factors = new CholeskyDecomposition(hessian);
  return factors.isPositiveDefinite() ? Float64Array.from(factors.solve(Matrix.eye(atoms)).to1DArray()) : undefined;
}

export function saveEncoder({ anchors, coefficients, curvature }: Encoder): StateTree {
  const atoms = Math.sqrt(curvature.length);
  const count = coefficients.length / atoms;
  return {
    anchors: { shape: [count, anchors.length / count], data: anchors },
    coefficients: { shape: [count, atoms], data: coefficients },
    curvature: { shape: [atoms, atoms], data: curvature },
  };
}

/** Throws InputError naming the leaf that does not fit. */
export function loadEncoder(tree: StateTree, pixels: number, atoms: number): Encoder {
  const { data: anchors, shape } = expectArray(tree, "anchors", [null, pixels], Float32Array);
  return {
    anchors,
    coefficients: expectArray(tree, "coefficients", [shape[0], atoms], Float64Array).data,
    curvature: expectArray(tree, "curvature", [atoms, atoms], Float64Array).data,
  };
}

/** k [left, right] between rows of square roots. */
function kernelBetween(left: Float32Array, right: Float32Array, rows: number, columns: number): Float64Array {
  const inner = left.length / rows;
  const products = matrixProduct(left, right, [rows, inner, columns], { transposeB: true });
  for (let i = 0; i < products.length; i++) products[i] = Math.exp((products[i] - 1) / WIDTH);
  return products;
}
