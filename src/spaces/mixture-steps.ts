/** The parameters of k Gaussians on R^d. */
export interface Components {
  /** [k, d] */
  readonly means: Float64Array;
  /** [k, d, d] */
  readonly covariances: Float64Array;
  /** [k] */
  readonly weights: Float64Array;
}

/** A Gaussian that no point belongs to keeps this share of one point. */
const LEAST_MASS = 1e-10;

/** The most likely parameters for responsibilities [n, k], with `ridge` added to the variances. */
export function maximization(
  x: Float64Array,
  n: number,
  d: number,
  responsibilities: Float64Array,
  k: number,
  ridge: number,
): Components {
  const masses = new Float64Array(k).fill(LEAST_MASS);
  const means = new Float64Array(k * d);
  const covariances = new Float64Array(k * d * d);
  for (let row = 0; row < n; row++) {
    for (let c = 0; c < k; c++) {
      const share = responsibilities[row * k + c];
      if (share === 0) continue;
      masses[c] += share;
      for (let axis = 0; axis < d; axis++) means[c * d + axis] += share * x[row * d + axis];
    }
  }
  for (let c = 0; c < k; c++) for (let axis = 0; axis < d; axis++) means[c * d + axis] /= masses[c];
  const apart = new Float64Array(d);
  for (let row = 0; row < n; row++) {
    for (let c = 0; c < k; c++) {
      const share = responsibilities[row * k + c] / masses[c];
      if (share === 0) continue;
      for (let axis = 0; axis < d; axis++) apart[axis] = x[row * d + axis] - means[c * d + axis];
      for (let i = 0; i < d; i++) {
        for (let j = 0; j <= i; j++) covariances[(c * d + i) * d + j] += share * apart[i] * apart[j];
      }
    }
  }
  for (let c = 0; c < k; c++) {
    for (let i = 0; i < d; i++) {
      covariances[(c * d + i) * d + i] += ridge;
      for (let j = 0; j < i; j++) covariances[(c * d + j) * d + i] = covariances[(c * d + i) * d + j];
    }
  }
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return { means, covariances, weights: masses.map((mass) => mass / total) };
}

/** Writes the responsibilities [n, k] of the Gaussians for the points, and returns the mean log-likelihood of a point. */
export function expectation(
  x: Float64Array,
  n: number,
  d: number,
  { means, covariances, weights }: Components,
  responsibilities: Float64Array,
): number {
  const k = weights.length;
  const factors = Float64Array.from(covariances);
  const constants = Float64Array.from(weights, (weight, c) => {
    const factor = factors.subarray(c * d * d, (c + 1) * d * d);
    return Math.log(weight) - 0.5 * d * Math.log(2 * Math.PI) - logDeterminant(cholesky(factor, d), d);
  });
  const solved = new Float64Array(d);
  let sum = 0;
  for (let row = 0; row < n; row++) {
    let largest = -Infinity;
    for (let c = 0; c < k; c++) {
      let squared = 0; // |L^-1 (x - m)|^2
      for (let i = 0; i < d; i++) {
        let value = x[row * d + i] - means[c * d + i];
        for (let j = 0; j < i; j++) value -= factors[(c * d + i) * d + j] * solved[j];
        solved[i] = value / factors[(c * d + i) * d + i];
        squared += solved[i] * solved[i];
      }
      const logDensity = constants[c] - squared / 2;
      responsibilities[row * k + c] = logDensity;
      if (logDensity > largest) largest = logDensity;
    }
    let total = 0;
    for (let c = 0; c < k; c++) {
      total += responsibilities[row * k + c] = Math.exp(responsibilities[row * k + c] - largest);
    }
    for (let c = 0; c < k; c++) responsibilities[row * k + c] /= total;
    sum += largest + Math.log(total);
  }
  return sum / n;
}

/** Replaces the lower half of a positive definite matrix by its factor L, M = L L^T. */
function cholesky(matrix: Float64Array, d: number): Float64Array {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let value = matrix[i * d + j];
      for (let k = 0; k < j; k++) value -= matrix[i * d + k] * matrix[j * d + k];
      matrix[i * d + j] = i === j ? Math.sqrt(value) : value / matrix[j * d + j];
    }
  }
  return matrix;
}

/** Half of log det M, by the diagonal of L. */
function logDeterminant(factor: Float64Array, d: number): number {
  let sum = 0;
  for (let i = 0; i < d; i++) sum += Math.log(factor[i * d + i]);
  return sum;
}
