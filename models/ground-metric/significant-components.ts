import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { Random } from "../../src/tensor/random.ts";
import type { Histograms } from "./histograms.ts";
import { sparseRows, type SparseRows } from "./quadratic-forms.ts";

/** Permuted copies of the data that its components are compared with. */
const PERMUTATIONS = 3;
/** Steps of the Lanczos iteration: no more components than a part of these are ever counted. */
const STEPS = 120;
/** Eigenvalues below this share of the sum of squares are zeros. */
const ROUNDING = 1e-13;
/** One choice for every run on a data set, whatever its seed. */
const SEED = 1;

/**
 * How many principal components of histograms [count, bins] rise above noise: a cautious parallel analysis (Horn 1965, who
 * compares eigenvalues of the same rank). Counted are the eigenvalues of the covariance above the largest one of copies in
 * which each bin's masses are permuted over the histograms, which takes away what bins have in common and leaves each one's
 * distribution as it is. By Lanczos iterations, without a matrix [bins, bins]: O(steps (nonzeros + steps bins)).
 */
export function significantComponents(histograms: Histograms): number {
  const random = Random.fromSeed(SEED);
  const copies = Array.from({ length: PERMUTATIONS }, () => permuted(histograms, random));
  const rounding = ROUNDING * dot(histograms.data, histograms.data);
  const noise = Math.max(rounding, ...copies.map((copy) => covarianceEigenvalues(copy, random)[0]));
  return covarianceEigenvalues(histograms, random).filter((eigenvalue) => eigenvalue > noise).length;
}

function permuted({ count, bins, data }: Histograms, random: Random): Histograms {
  const copy = new Float64Array(data.length);
  for (let bin = 0; bin < bins; bin++) {
    random.permutation(count).forEach((from, to) => {
      copy[to * bins + bin] = data[from * bins + bin];
    });
  }
  return { count, bins, data: copy };
}

/**
 * The leading eigenvalues, descending, of the covariance (times count) of histograms: those of the tridiagonal matrix of the
 * Lanczos iteration, whose vectors are made orthogonal to all earlier ones. They come close from below, the separate ones first.
 */
function covarianceEigenvalues(histograms: Histograms, random: Random): number[] {
  const { bins } = histograms;
  const multiply = covarianceProduct(sparseRows(histograms));
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const beside: number[] = [];
  let vector = Float64Array.from({ length: bins }, () => random.normal());
  while (basis.length < Math.min(STEPS, bins)) {
    for (const earlier of [...basis, ...basis]) subtract(vector, earlier, dot(vector, earlier)); // twice is enough
    const length = Math.sqrt(dot(vector, vector));
    if (basis.length > 0) {
      if (!(length > 1e-12 * Math.abs(diagonal[0]))) break; // the space of the data is used up
      beside.push(length);
    }
    const unit = vector.map((entry) => entry / length);
    basis.push(unit);
    vector = multiply(unit);
    diagonal.push(dot(vector, unit));
  }
  const tridiagonal = Matrix.zeros(basis.length, basis.length);
  diagonal.forEach((value, step) => tridiagonal.set(step, step, value));
  beside.slice(0, basis.length - 1).forEach((value, step) => {
    tridiagonal.set(step, step + 1, value);
    tridiagonal.set(step + 1, step, value);
  });
  const { realEigenvalues } = new EigenvalueDecomposition(tridiagonal, { assumeSymmetric: true });
  return realEigenvalues.sort((a, b) => b - a);
}

/** v -> (X - 1 mean^T)^T (X - 1 mean^T) v of sparse rows X [count, bins]. */
function covarianceProduct({ count, bins, starts, indices, masses }: SparseRows) {
  const mean = new Float64Array(bins);
  indices.forEach((bin, entry) => (mean[bin] += masses[entry] / count));
  return (vector: Float64Array): Float64Array<ArrayBuffer> => {
    const shift = dot(mean, vector);
    const product = new Float64Array(bins);
    let total = 0;
    for (let row = 0; row < count; row++) {
      let score = -shift;
      for (let entry = starts[row]; entry < starts[row + 1]; entry++) score += masses[entry] * vector[indices[entry]];
      for (let entry = starts[row]; entry < starts[row + 1]; entry++) product[indices[entry]] += masses[entry] * score;
      total += score;
    }
    subtract(product, mean, total);
    return product;
  };
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < x.length; at++) sum += x[at] * y[at];
  return sum;
}

/** x <- x - factor y */
function subtract(x: Float64Array, y: Float64Array, factor: number): void {
  for (let at = 0; at < x.length; at++) x[at] -= factor * y[at];
}
