import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";

/**
 * The matrix [12, 30] of the baselines' tests: a bump that moves from row to row over a saw-tooth, full rank, positive,
 * the same in every language: exp(-((j - 2 i - 4) / 3)^2) + ((3 i + 5 j) mod 7) / 14.
 */
export function rampMatrix(): NdArray<Float64Array> {
  const [rows, columns] = [12, 30];
  const data = Float64Array.from({ length: rows * columns }, (_, index) => {
    const [i, j] = [Math.floor(index / columns), index % columns];
    return Math.exp(-(((j - 2 * i - 4) / 3) ** 2)) + ((3 * i + 5 * j) % 7) / 14;
  });
  return ndarray(data, [rows, columns]);
}

/** |left - right|, Frobenius. */
export function distance(left: NdArray, right: NdArray): number {
  return Math.hypot(...Array.from(left.data, (value, index) => value - right.data[index]));
}
