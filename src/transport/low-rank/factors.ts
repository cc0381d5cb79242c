/** The factors of a coupling `P = Q diag(1 / g) R^T` of rank r: Q [n, r] and R [m, r], row-major, both with column sums g [r]. */
export interface Factors {
  readonly q: Float64Array;
  readonly r: Float64Array;
  readonly g: Float64Array;
}

/** Sums over the rows of [rows, rank]. */
export function columnSums(matrix: Float64Array, rank: number): Float64Array {
  const sums = new Float64Array(rank);
  for (let at = 0; at < matrix.length; at += rank) for (let k = 0; k < rank; k++) sums[k] += matrix[at + k];
  return sums;
}

/** Sums over the columns. */
export function rowSums(matrix: Float64Array, rank: number): Float64Array {
  const sums = new Float64Array(matrix.length / rank);
  for (let i = 0; i < sums.length; i++) for (let k = 0; k < rank; k++) sums[i] += matrix[i * rank + k];
  return sums;
}

/**
 * In place, a matrix [rows, rank] >= 0 becomes one with row sums a and column sums g to rounding: rows and columns that are too
 * large shrink, and what is missing is added as a product (Altschuler, Weed and Rigollet 2017, algorithm 2).
 */
export function roundToMarginals(matrix: Float64Array, a: Float64Array, g: Float64Array): void {
  const rank = g.length;
  const ofRows = rowSums(matrix, rank);
  for (let i = 0; i < a.length; i++) {
    const share = ofRows[i] > a[i] ? a[i] / ofRows[i] : 1;
    if (share < 1) for (let k = 0; k < rank; k++) matrix[i * rank + k] *= share;
  }
  const shares = columnSums(matrix, rank).map((sum, k) => (sum > g[k] ? g[k] / sum : 1));
  for (let at = 0; at < matrix.length; at++) matrix[at] *= shares[at % rank];
  const missingRows = rowSums(matrix, rank).map((sum, i) => Math.max(0, a[i] - sum));
  const missingColumns = columnSums(matrix, rank).map((sum, k) => Math.max(0, g[k] - sum));
  const missing = missingColumns.reduce((sum, value) => sum + value, 0);
  if (missing === 0) return;
  for (let i = 0; i < a.length; i++) {
    for (let k = 0; k < rank; k++) matrix[i * rank + k] += (missingRows[i] * missingColumns[k]) / missing;
  }
}
