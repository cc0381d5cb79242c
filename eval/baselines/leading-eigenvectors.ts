import { EVD, Matrix, QR } from "ml-matrix";
import { Random } from "../../src/tensor/random.ts";

/** Vectors beyond those that are asked for: they make the asked ones converge. */
const OVERSAMPLING = 10;
const MOST_ITERATIONS = 300;
/** Of the asked eigenvalues from one iteration to the next, beside the largest. */
const TOLERANCE = 1e-13;

export interface Eigenpairs {
  /** Decreasing. */
  readonly values: readonly number[];
  /** A unit vector a value. */
  readonly vectors: readonly Float64Array[];
}

/**
 * The `count` largest eigenvalues of a symmetric positive semi-definite matrix and their vectors, by subspace iteration with a
 * Rayleigh-Ritz step: a few vectors of a large matrix, which need no decomposition of all of it.
 */
export function leadingEigenvectors(matrix: Matrix, count: number): Eigenpairs {
  const size = matrix.rows;
  const wanted = Math.min(size, count + OVERSAMPLING);
  const random = Random.fromSeed(0);
  const start = Matrix.zeros(size, wanted).apply(function draw(this: Matrix, i, j) {
    this.set(i, j, random.normal());
  });
  let basis = new QR(start).orthogonalMatrix;
  let values: number[] = [];
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const image = matrix.mmul(basis);
    const { realEigenvalues, eigenvectorMatrix } = new EVD(basis.transpose().mmul(image), { assumeSymmetric: true });
    const order = Array.from(realEigenvalues.keys()).sort((a, b) => realEigenvalues[b] - realEigenvalues[a]);
    const before = values;
    values = order.slice(0, count).map((index) => realEigenvalues[index]);
    const rotation = eigenvectorMatrix.subMatrixColumn(order);
    const settled = values.every((value, k) => Math.abs(value - before[k]) <= TOLERANCE * values[0]);
    if (settled || iteration + 1 === MOST_ITERATIONS) {
      const vectors = basis.mmul(rotation);
      return { values, vectors: values.map((_, k) => Float64Array.from(vectors.getColumn(k))) };
    }
    basis = new QR(image.mmul(rotation)).orthogonalMatrix;
  }
  throw new Error("subspace iteration: no iteration was allowed");
}
