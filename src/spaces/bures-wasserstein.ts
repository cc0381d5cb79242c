import { EigenvalueDecomposition, Matrix, SingularValueDecomposition } from "ml-matrix";
import { InputError } from "../errors.ts";
import { toFloat64, type NdArray } from "../tensor/ndarray.ts";
import { crossDistances } from "./distances.ts";
import { bures2, type Symmetric2 } from "./symmetric2.ts";

/** k Gaussians on R^d. */
export interface Gaussians {
  /** [k, d] */
  readonly means: NdArray;
  /** [k, d, d], each symmetric and positive definite. */
  readonly covariances: NdArray;
}

/**
 * The Wasserstein-2 distances between Gaussians, [k, k]: W^2 = |m - m'|^2 + B^2, where the Bures distance B of two covariances is
 * tr S + tr S' - 2 tr (S^(1/2) S' S^(1/2))^(1/2), squared. Time O(k^2 d^3).
 *
 * @throws InputError for shapes that do not match and covariances that are not symmetric and positive definite
 */
export function buresWasserstein({ means, covariances }: Gaussians): NdArray<Float64Array> {
  const distances = crossDistances(means, means);
  const [k, d] = means.shape;
  const { shape, data } = toFloat64(covariances);
  if (shape.length !== 3 || shape[0] !== k || shape[1] !== d || shape[2] !== d) {
    throw new InputError(`covariances: expected [${k}, ${d}, ${d}] (one a mean), got [${shape.join(", ")}]`);
  }
  const matrices = Array.from({ length: k }, (_, index) => data.subarray(index * d * d, (index + 1) * d * d));
  const roots = matrices.map((matrix, index) => rootOf(matrix, d, index));
  for (let i = 0; i < k; i++) {
    for (let j = i + 1; j < k; j++) {
      const bures = d === 2 ? bures2(upper(matrices[i]), upper(matrices[j])) : nearestRoots(roots[i], roots[j]);
      distances.data[i * k + j] = distances.data[j * k + i] = Math.hypot(distances.data[i * k + j], bures);
    }
  }
  return distances;
}

/** What rounding may leave between the two sides of a covariance, relative to its largest entry. */
const SYMMETRY = 1e-9;

const upper = (matrix: Float64Array): Symmetric2 => [matrix[0], matrix[1], matrix[3]];

/** The symmetric square root. Throws InputError. */
function rootOf(covariance: Float64Array, d: number, index: number): Matrix {
  const matrix = Matrix.from1DArray(d, d, covariance);
  const asymmetry = Matrix.sub(matrix, matrix.transpose()).abs().max();
  if (!(asymmetry <= SYMMETRY * Matrix.abs(matrix).max())) {
    throw new InputError(`covariances: number ${index}: expected a symmetric matrix, its sides differ by ${asymmetry}`);
  }
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const least = Math.min(...realEigenvalues);
  if (!(least > 0)) {
    throw new InputError(
      `covariances: number ${index}: expected a positive definite matrix, its smallest eigenvalue is ${least}`,
    );
  }
  const scaled = Matrix.mul(eigenvectorMatrix, 1).mulRowVector(realEigenvalues.map(Math.sqrt));
  return scaled.mmul(eigenvectorMatrix.transpose());
}

/** min |A - B U| over orthogonal U, of two square roots: the Bures distance, in a form in which nothing cancels. */
function nearestRoots(a: Matrix, b: Matrix): number {
  const svd = new SingularValueDecomposition(b.mmul(a));
  const rotation = svd.leftSingularVectors.mmul(svd.rightSingularVectors.transpose());
  return Matrix.sub(a, b.mmul(rotation)).norm("frobenius");
}
