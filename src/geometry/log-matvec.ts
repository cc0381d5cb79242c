import * as tf from "@tensorflow/tfjs-core";
import { exp, isRecorded } from "../tensor/differentiable.ts";

/** Entries of the largest intermediate, 16 MiB of float32. Larger products go piece by piece. */
const CHUNK_ENTRIES = 2 ** 22;

/**
 * y_ri = log sum_j exp(x_rj + logKernel_ij): [rows, m] x [n, m] -> [rows, n], exact for any range, in pieces of bounded
 * memory. Custom gradient with respect to x: dx_rj = sum_i dy_ri exp(x_rj + logKernel_ij - y_ri). It saves x and y, not
 * the [rows, n, m] weights. `logKernel` is a constant unless `isVariable`: then it has the gradient sum_r dy_ri exp(..) and is saved,
 * too. A gradient of the gradient computes y anew, and keeps the weights.
 */
export function logMatVec(x: tf.Tensor2D, logKernel: tf.Tensor2D, isVariable = false): tf.Tensor2D {
  const operation = tf.customGrad((...inputs) => {
    const [rows, given] = inputs as unknown as [tf.Tensor2D, tf.Tensor2D];
    const matrix = isVariable ? given : logKernel;
    const save = inputs.at(-1) as unknown as tf.GradSaveFunc;
    const value = tf.tidy(() => forward(rows, matrix));
    save(isVariable ? [rows, value, matrix] : [rows, value]);
    return {
      value,
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const [input, output, variable = logKernel] = saved as tf.Tensor2D[];
        const slopes = dy as tf.Tensor2D;
        if (isRecorded()) return recordedBackward(slopes, input, variable, isVariable);
        const ofX = backward(slopes, input, output, variable);
        return isVariable ? [ofX, backwardOfKernel(slopes, input, output, variable)] : ofX;
      },
    };
  });
  return isVariable ? operation(x, logKernel) : operation(x);
}

/** The gradients by operations that a tape records, from the inputs alone. */
function recordedBackward(
  dy: tf.Tensor2D,
  x: tf.Tensor2D,
  logKernel: tf.Tensor2D,
  isVariable: boolean,
): tf.Tensor | tf.Tensor[] {
  const y = logMatVec(x, logKernel, isVariable);
  const exponents = tf.sub(tf.add(tf.expandDims(x, 1), logKernel), tf.expandDims(y, 2));
  const flow = tf.mul(exp(exponents), tf.expandDims(dy, 2)); // [rows, n, m]
  return isVariable ? [tf.sum(flow, 1), tf.sum(flow, 0)] : tf.sum(flow, 1);
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

/** Row by row of x, so that nothing larger than the kernel is made. */
function backwardOfKernel(dy: tf.Tensor2D, x: tf.Tensor2D, y: tf.Tensor2D, logKernel: tf.Tensor2D): tf.Tensor2D {
  const [n, m] = logKernel.shape;
  let total: tf.Tensor2D = tf.zeros([n, m]);
  for (let row = 0; row < x.shape[0]; row++) {
    const before = total;
    total = tf.tidy(() => {
      const column = (tensor: tf.Tensor2D): tf.Tensor => tf.reshape(tf.slice(tensor, [row, 0], [1, n]), [n, 1]);
      const weights = tf.exp(tf.sub(tf.add(tf.slice(x, [row, 0], [1, m]), logKernel), column(y)));
      return tf.add(before, tf.mul(weights, column(dy)));
    });
    before.dispose();
  }
  return total;
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
