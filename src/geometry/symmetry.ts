/** Whether a matrix [n, n] equals its transpose, to the last bit. */
export function isSymmetric(cost: Float64Array, n: number): boolean {
  for (let row = 1; row < n; row++) {
    for (let column = 0; column < row; column++) {
      if (cost[row * n + column] !== cost[column * n + row]) return false;
    }
  }
  return true;
}
