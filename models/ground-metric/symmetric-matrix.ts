import { pairCount, squareFromCondensed } from "../../src/transport/pairs/pair-order.ts";

/**
 * What stands on the diagonal: zeros (distances), one constant (kernel matrices), or minus the sum of the rest of the row
 * (graph Laplacians).
 */
export type MatrixForm = "distance" | "kernel" | "laplacian";

/** A symmetric matrix [count, count] as a value for each pair, in the order of `pairAt`, and its diagonal. */
export interface SymmetricMatrix {
  readonly form: MatrixForm;
  readonly count: number;
  readonly values: Float64Array;
  /** The constant on the diagonal of a kernel matrix; 0 for other forms. */
  readonly diagonal: number;
}

/** Where iterations start: 1 - I for distances, I for kernels, the complete graph over its largest entry for Laplacians. */
export function startMatrix(form: MatrixForm, count: number): SymmetricMatrix {
  const entry = { distance: 1, kernel: 0, laplacian: -1 / Math.max(1, count - 1) }[form];
  const values = new Float64Array(pairCount(count)).fill(entry);
  return { form, count, values, diagonal: form === "kernel" ? 1 : 0 };
}

/** The whole matrix [count, count], row-major. */
export function denseMatrix({ form, count, values, diagonal }: SymmetricMatrix): Float64Array {
  const matrix = squareFromCondensed(values, count, diagonal);
  if (form === "laplacian") rowSums(values, count).forEach((sum, i) => (matrix[i * count + i] = -sum));
  return matrix;
}

/** The largest absolute entry, |A|_inf of the papers. */
export function largestEntry({ form, count, values, diagonal }: SymmetricMatrix): number {
  let largest = Math.abs(diagonal);
  for (const value of form === "laplacian" ? rowSums(values, count) : []) largest = Math.max(largest, Math.abs(value));
  for (let pair = 0; pair < values.length; pair++) largest = Math.max(largest, Math.abs(values[pair]));
  return largest;
}

/** Sums of the rows without their diagonal entries [count]. */
function rowSums(values: Float64Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0, pair = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++, pair++) {
      sums[i] += values[pair];
      sums[j] += values[pair];
    }
  }
  return sums;
}
