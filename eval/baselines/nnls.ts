export interface NnlsOptions {
  /** Ends when a sweep changes the fit `sum_r w_r h_r` by less than this share of |x| along every h_r. @default 1e-10 */
  readonly tolerance?: number;
  /** @default 10000 */
  readonly maxSweeps?: number;
}

/**
 * Nonnegative least squares `min |sum_r w_r h_r - x|^2, w >= 0` from inner products alone, by coordinate descent (Franc, Hlavac &
 * Navara 2005): each coordinate goes to its minimum with the others fixed, in turn. The problem is convex, so that it ends at
 * the minimum, wherever it starts; a dictionary has few coordinates.
 *
 * @param gram inner products of the h_r, k rows of k
 * @param cross inner products of the h_r with x [k]
 * @param squaredNorm |x|^2
 * @returns w [k]
 */
export function nonnegativeLeastSquares(
  gram: readonly Float64Array[],
  cross: Float64Array,
  squaredNorm: number,
  { tolerance = 1e-10, maxSweeps = 10_000 }: NnlsOptions = {},
): Float64Array {
  const weights = new Float64Array(cross.length);
  const least = tolerance * Math.sqrt(squaredNorm);
  for (let sweep = 0; sweep < maxSweeps; sweep++) {
    let largest = 0;
    for (const [r, row] of gram.entries()) {
      const curvature = row[r];
      if (curvature === 0) continue; // a component of zeros is used by none
      let slope = cross[r];
      for (let s = 0; s < row.length; s++) slope -= row[s] * weights[s];
      const next = Math.max(0, weights[r] + slope / curvature);
      largest = Math.max(largest, Math.abs(next - weights[r]) * Math.sqrt(curvature));
      weights[r] = next;
    }
    if (largest <= least) break;
  }
  return weights;
}
