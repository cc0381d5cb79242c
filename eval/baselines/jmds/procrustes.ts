import { Matrix, QR, SVD } from "ml-matrix";
import type { Random } from "../../../src/tensor/random.ts";

/** x R: points [n, d] and R [d, d], row-major. */
export function rotated(points: Float64Array, rotation: Matrix): Float64Array {
  const dimension = rotation.rows;
  const out = new Float64Array(points.length);
  for (let start = 0; start < points.length; start += dimension) {
    for (let from = 0; from < dimension; from++) {
      const value = points[start + from];
      for (let to = 0; to < dimension; to++) out[start + to] += value * rotation.get(from, to);
    }
  }
  return out;
}

/**
 * The orthogonal R [d, d] (reflections included) for which x R lies nearest to the targets [n, d] in the mean of squares:
 * U V^T of the decomposition of x^T targets (Schoenemann 1966). With the mean partners n P y as targets this is the alignment of
 * Wasserstein Procrustes for the coupling P.
 */
export function procrustes(x: Float64Array, targets: Float64Array, dimension: number): Matrix {
  const cross = Matrix.zeros(dimension, dimension);
  for (let start = 0; start < x.length; start += dimension) {
    for (let from = 0; from < dimension; from++) {
      for (let to = 0; to < dimension; to++) {
        cross.set(from, to, cross.get(from, to) + x[start + from] * targets[start + to]);
      }
    }
  }
  const { leftSingularVectors, rightSingularVectors } = new SVD(cross);
  return leftSingularVectors.mmul(rightSingularVectors.transpose());
}

/** A random orthogonal matrix, of either orientation, from the QR decomposition of a Gaussian one (Mezzadri 2007). */
export function randomOrthogonal(dimension: number, random: Random): Matrix {
  const gaussian = Matrix.zeros(dimension, dimension).apply(function draw(this: Matrix, i, j) {
    this.set(i, j, random.normal());
  });
  const { orthogonalMatrix, upperTriangularMatrix } = new QR(gaussian);
  const signs = upperTriangularMatrix.diagonal().map((value) => (value < 0 ? -1 : 1));
  return orthogonalMatrix.mulRowVector(signs);
}
