import { nativeStatus } from "../../src/native/loader.ts";

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

/** From this many numbers on, threads and vector exponentials are worth a call of the native kernels. */
const NATIVE_SIZE = 4096;

export const softmax: RowMap = {
  forward(free, columns) {
    const out = new Float64Array(free.length);
    const { addon } = free.length >= NATIVE_SIZE ? nativeStatus() : {};
    if (addon) {
      addon.softmaxForward({ rows: free.length / columns, columns, free, out });
      return out;
    }
    for (let start = 0; start < free.length; start += columns) {
      const end = start + columns;
      let largest = -Infinity;
      for (let i = start; i < end; i++) if (free[i] > largest) largest = free[i];
      let sum = 0;
      for (let i = start; i < end; i++) sum += out[i] = Math.exp(free[i] - largest);
      for (let i = start; i < end; i++) out[i] /= sum;
    }
    return out;
  },
  backward(gradient, rows, columns) {
    const out = new Float64Array(gradient.length);
    const { addon } = gradient.length >= NATIVE_SIZE ? nativeStatus() : {};
    if (addon) {
      addon.softmaxBackward({ rows: gradient.length / columns, columns, gradient, probabilities: rows, out });
      return out;
    }
    for (let start = 0; start < gradient.length; start += columns) {
      const end = start + columns;
      let mean = 0;
      for (let i = start; i < end; i++) mean += gradient[i] * rows[i];
      for (let i = start; i < end; i++) out[i] = rows[i] * (gradient[i] - mean);
    }
    return out;
  },
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
