import * as tf from "@tensorflow/tfjs-core";
import { withoutGradient } from "../../../src/tensor/without-gradient.ts";
import type { Algebra } from "./algebra.ts";

/** Layers as operations on tensors; the one who gives `constant` keeps and frees its tensors. */
export function tensorAlgebra(constant: Algebra<tf.Tensor>["constant"]): Algebra<tf.Tensor> {
  return {
    constant,
    add: (a, b) => tf.add(a, b),
    sub: (a, b) => tf.sub(a, b),
    mul: (a, b) => tf.mul(a, b),
    div: (a, b) => tf.div(a, b),
    exp: (x) => tf.exp(x),
    log: (x) => tf.log(x),
    sqrt: (x) => tf.sqrt(x),
    relu: (x) => tf.relu(x),
    clip: (x, least, most) => tf.clipByValue(x, least, most),
    matMul(a, matrix) {
      // As one flat product: a batched one is several times slower on some backends.
      const [inner, columns] = matrix.shape as [number, number];
      const flat = tf.matMul(tf.reshape(a, [-1, inner]), matrix);
      return a.rank === 2 ? flat : tf.reshape(flat, [...a.shape.slice(0, -1), columns]);
    },
    reshape: (x, shape) => tf.reshape(x, [...shape]),
    swapAxes: (x) => tf.transpose(x, [0, 2, 1]),
    columns: (x, begin, length) => tf.slice(x, [0, begin], [-1, length]),
    concat: (parts) => tf.concat([...parts], 1),
    sum: (x) => tf.sum(x, 1, true),
    mean: (x) => tf.mean(x, 1, true),
    maxWithoutGradient: (x) => withoutGradient(x, (values) => tf.max(values, 1, true)),
  };
}
