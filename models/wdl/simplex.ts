import { softmaxRows, softmaxRowsBackward } from "../../src/tensor/softmax-rows.ts";

/**
 * Maps from free variables to the constraint sets of dictionary learning, and their adjoints, by rows in float64.
 * Atoms are always `softmax`; weights are `softmax`, or `affine` where negative weights are allowed.
 */
export interface RowMap {
  /** Free variables [rows, columns] to rows of sum one. */
  forward(free: Float64Array, columns: number): Float64Array;
  /** Gradient with respect to the rows to the gradient with respect to the free variables. */
  backward(gradient: Float64Array, rows: Float64Array, columns: number): Float64Array;
  /** Some free variables that `forward` maps to the given rows of sum one. */
  inverse(rows: Float64Array, columns: number): Float64Array;
}

/** Smallest entry, relative to the row's mean, that `softmax.inverse` represents: zero has no logarithm. */
const RELATIVE_FLOOR = 1e-6;

export const softmax: RowMap = {
  forward: softmaxRows,
  backward: softmaxRowsBackward,
  inverse(rows, columns) {
    return rows.map((value) => Math.log(Math.max(value, RELATIVE_FLOOR / columns)));
  },
};

/** Orthogonal projection onto the plane of rows with sum one. */
export const affine: RowMap = {
  forward(free, columns) {
    return shiftRows(free, columns, 1 / columns);
  },
  backward(gradient, _rows, columns) {
    return shiftRows(gradient, columns, 0);
  },
  inverse(rows) {
    return rows.slice();
  },
};

/** Gives every row the mean `target`. */
function shiftRows(values: Float64Array, columns: number, target: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let start = 0; start < values.length; start += columns) {
    let mean = 0;
    for (let i = start; i < start + columns; i++) mean += values[i] / columns;
    for (let i = start; i < start + columns; i++) out[i] = values[i] - mean + target;
  }
  return out;
}
