import * as tf from "@tensorflow/tfjs-core";

/** Entries of the largest intermediate, 16 MiB of float32. Larger products go piece by piece. */
const CHUNK_ENTRIES = 2 ** 22;

/**
 * y_ri = log sum_j exp(x_rj + logKernel_ij): [rows, m] x [n, m] -> [rows, n], exact for any range, in pieces of bounded
 * memory. Custom gradient with respect to x: dx_rj = sum_i dy_ri exp(x_rj + logKernel_ij - y_ri). It saves x and y, not
 * the [rows, n, m] weights; `logKernel` is a constant.
 */
export function logMatVec(x: tf.Tensor2D, logKernel: tf.Tensor2D): tf.Tensor2D {
  const operation = tf.customGrad((input, save) => {
    const rows = input as tf.Tensor2D;
    const value = tf.tidy(() => forward(rows, logKernel));
    (save as tf.GradSaveFunc)([rows, value]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        backward(dy as tf.Tensor2D, saved[0] as tf.Tensor2D, saved[1] as tf.Tensor2D, logKernel),
    };
  });
  return operation(x);
}

function forward(x: tf.Tensor2D, logKernel: tf.Tensor2D): tf.Tensor2D {
  const m = x.shape[1];
  const n = logKernel.shape[0];
  return inPieces(x.shape[0], n * m, 0, (row, rows) => {
    const terms = tf.expandDims(tf.slice(x, [row, 0], [rows, m]), 1); // [rows, 1, m]
    return inPieces(n, rows * m, 1, (start, count) => {
      const weights = tf.add(terms, tf.slice(logKernel, [start, 0], [count, m])); // [rows, count, m]
      const largest = tf.max(weights, -1, true);
      const sums = tf.sum(tf.exp(tf.sub(weights, largest)), -1);
      return tf.add(tf.log(sums), tf.reshape(largest, [rows, count]));
    });
  });
}

function backward(dy: tf.Tensor2D, x: tf.Tensor2D, y: tf.Tensor2D, logKernel: tf.Tensor2D): tf.Tensor2D {
  const [rowCount, m] = x.shape;
  const n = logKernel.shape[0];
  return inPieces(rowCount, n * m, 0, (row, rows) => {
    const column = (tensor: tf.Tensor2D): tf.Tensor => tf.expandDims(tf.slice(tensor, [row, 0], [rows, n]), 2);
    return inPieces(m, rows * n, 1, (start, count) => {
      const terms = tf.expandDims(tf.slice(x, [row, start], [rows, count]), 1);
      const weights = tf.exp(tf.sub(tf.add(terms, tf.slice(logKernel, [0, start], [n, count])), column(y)));
      return tf.sum<tf.Tensor2D>(tf.mul(weights, column(dy)), 1); // [rows, n, count] -> [rows, count]
    });
  });
}

/** `compute(start, length)` over pieces of 0..total whose intermediates of `entriesEach` stay in bounds, concatenated. */
function inPieces(
  total: number,
  entriesEach: number,
  axis: number,
  compute: (start: number, length: number) => tf.Tensor2D,
): tf.Tensor2D {
  const length = Math.min(total, Math.max(1, Math.floor(CHUNK_ENTRIES / entriesEach)));
  const pieces: tf.Tensor2D[] = [];
  for (let start = 0; start < total; start += length) pieces.push(compute(start, Math.min(length, total - start)));
  return pieces.length === 1 ? pieces[0] : tf.concat(pieces, axis);
}
