/** A symmetric matrix [[a, b], [b, c]]. */
export type Symmetric2 = readonly [a: number, b: number, c: number];

export function trace2([a, , c]: Symmetric2): number {
  return a + c;
}

function determinant2([a, b, c]: Symmetric2): number {
  return a * c - b * b;
}

/** Whether both eigenvalues are above zero. */
export function isPositive2(matrix: Symmetric2): boolean {
  return matrix.every(Number.isFinite) && matrix[0] > 0 && determinant2(matrix) > 0;
}

/** The square root of a positive definite matrix: (M + sqrt(det M) I) / sqrt(tr M + 2 sqrt(det M)), by Cayley and Hamilton. */
export function squareRoot2(matrix: Symmetric2): Symmetric2 {
  const root = Math.sqrt(Math.max(0, determinant2(matrix)));
  const scale = 1 / Math.sqrt(trace2(matrix) + 2 * root);
  return [(matrix[0] + root) * scale, matrix[1] * scale, (matrix[2] + root) * scale];
}

export function inverse2(matrix: Symmetric2): Symmetric2 {
  const scale = 1 / determinant2(matrix);
  return [matrix[2] * scale, -matrix[1] * scale, matrix[0] * scale];
}

/** S M S, both symmetric. */
export function sandwich2([p, q, r]: Symmetric2, [a, b, c]: Symmetric2): Symmetric2 {
  const [first, second] = [p * a + q * b, p * b + q * c]; // the first row of S M
  const [third, fourth] = [q * a + r * b, q * b + r * c];
  return [first * p + second * q, first * q + second * r, third * q + fourth * r];
}

/**
 * The Bures distance of two positive definite matrices, the Wasserstein distance of centred Gaussians: |A^(1/2) - B^(1/2) U|, U the
 * rotation that brings the roots nearest to each other. In this form nothing cancels where A and B are close.
 */
export function bures2(first: Symmetric2, second: Symmetric2): number {
  const [a, b, c] = squareRoot2(first);
  const [p, q, r] = squareRoot2(second);
  // M = B^(1/2) A^(1/2); its rotation turns by the angle of (tr M, M21 - M12)
  const along = p * a + 2 * q * b + r * c;
  const across = q * a + r * b - (p * b + q * c);
  const length = Math.hypot(along, across);
  const [cosine, sine] = length > 0 ? [along / length, across / length] : [1, 0];
  return Math.hypot(
    a - (p * cosine + q * sine),
    b - (q * cosine - p * sine),
    b - (q * cosine + r * sine),
    c - (r * cosine - q * sine),
  );
}
