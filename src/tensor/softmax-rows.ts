// Softmax of each row in float64 on the host, and its adjoint: by the addon where the rows are worth a call.
import { nativeStatus } from "../native/loader.ts";

/** From this many numbers on, threads and vector exponentials are worth a call of the native kernels. */
const NATIVE_SIZE = 4096;

/** Free variables [rows, columns] to rows of sum one. */
export function softmaxRows(free: Float64Array, columns: number): Float64Array {
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
}

/** The gradient with respect to rows that `softmaxRows` made, to that with respect to what they were made of. */
export function softmaxRowsBackward(gradient: Float64Array, rows: Float64Array, columns: number): Float64Array {
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
}
