import type { NdArray } from "../../src/tensor/ndarray.ts";

export const PREPROCESSINGS = ["none", "l2", "zscore"] as const;
export type Preprocessing = (typeof PREPROCESSINGS)[number];

/** Points [n, d] with rows of length one, or with columns of mean zero and deviation one; what has neither stays as it is. */
export function preprocessed({ shape, data }: NdArray, how: Preprocessing): NdArray<Float64Array> {
  const [n, d] = shape;
  const out = Float64Array.from(data);
  if (how === "l2") {
    for (let row = 0; row < n; row++) {
      const values = out.subarray(row * d, (row + 1) * d);
      const length = Math.hypot(...values);
      if (length > 0) values.forEach((value, at) => (values[at] = value / length));
    }
  } else if (how === "zscore") {
    for (let column = 0; column < d; column++) standardizeColumn(out, n, d, column);
  }
  return { shape, data: out };
}

function standardizeColumn(data: Float64Array, n: number, d: number, column: number): void {
  let sum = 0;
  for (let row = 0; row < n; row++) sum += data[row * d + column];
  const mean = sum / n;
  let squares = 0;
  for (let row = 0; row < n; row++) squares += (data[row * d + column] - mean) ** 2;
  const deviation = Math.sqrt(squares / n) || 1;
  for (let row = 0; row < n; row++) data[row * d + column] = (data[row * d + column] - mean) / deviation;
}
