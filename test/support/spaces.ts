import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import { Random } from "../../src/tensor/random.ts";

export function randomMatrix(rows: number, columns: number, seed: number): NdArray<Float64Array> {
  const random = Random.fromSeed(seed);
  return ndarray(
    Float64Array.from({ length: rows * columns }, () => random.uniform() - 0.5),
    [rows, columns],
  );
}

/** |x_i - x_j|^power of points [n, d]. */
export function distancesOf({ data, shape: [n, d] }: NdArray, power: 1 | 2 = 1): NdArray<Float64Array> {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let axis = 0; axis < d; axis++) sum += (data[i * d + axis] - data[j * d + axis]) ** 2;
      out[i * n + j] = power === 2 ? sum : Math.sqrt(sum);
    }
  }
  return ndarray(out, [n, n]);
}

/** Rows of a stored matrix. */
export function matrixFromRows(rows: readonly (readonly number[])[]): NdArray<Float64Array> {
  return ndarray(Float64Array.from(rows.flat()), [rows.length, rows[0].length]);
}
