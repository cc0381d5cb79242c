/**
 * Pairs of n things are numbered along the rows of the lower triangle, without the diagonal: (1,0), (2,0), (2,1), (3,0), ...
 * so pair (i, j) with j < i is number i (i - 1) / 2 + j.
 */
export function pairCount(n: number): number {
  return (n * (n - 1)) / 2;
}

/** The pair [i, j], j < i, of a number. */
export function pairAt(number: number): [i: number, j: number] {
  let i = Math.floor((1 + Math.sqrt(1 + 8 * number)) / 2);
  if (pairCount(i) > number)
    i--; // the root is rounded
  else if (pairCount(i + 1) <= number) i++;
  return [i, number - pairCount(i)];
}

/** The symmetric matrix [n, n] with a zero diagonal of a value for each pair. */
export function symmetricFromPairs(values: Float64Array, n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  let pair = 0;
  for (let i = 1; i < n; i++) {
    for (let j = 0; j < i; j++) matrix[i * n + j] = matrix[j * n + i] = values[pair++];
  }
  return matrix;
}
