// Prints the instruction set, the threads and the bits of element-wise operations, reductions and batch normalisation as the
// environment variables choose them.
import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import { nativeStatus } from "../../src/native/loader.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import { trainingBatchNorm } from "../../src/tensor/batch-norm.ts";

await useBackend("wasm");
const numbers = (shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => 3 * Math.sin(i)),
    shape,
  );

function results(rows: number, columns: number): tf.Tensor[] {
  const x = numbers([rows, columns]);
  const row = numbers([columns]);
  const column = numbers([rows, 1]);
  const { y, mean, variance } = trainingBatchNorm(x as tf.Tensor2D, row as tf.Tensor1D, row as tf.Tensor1D, 0.1);
  const [dx, dRow] = tf.grads((a: tf.Tensor, b: tf.Tensor) => {
    const normalised = trainingBatchNorm(a as tf.Tensor2D, b as tf.Tensor1D, b as tf.Tensor1D, 0.1);
    return tf.sum(tf.sigmoid(tf.elu(normalised.y)));
  })([x, row]);
  return [
    ...[y, mean, variance, dx, dRow],
    ...[tf.exp(x), tf.expm1(x), tf.log(tf.abs(x)), tf.sqrt(tf.square(x)), tf.rsqrt(tf.abs(x)), tf.reciprocal(row)],
    ...[tf.add(x, row), tf.sub(column, x), tf.mul(x, x), tf.div(x, column), tf.maximum(x, 0.5), tf.minimum(row, x)],
    ...[tf.sum(x), tf.sum(x, 0), tf.mean(x, 1), tf.max(x, 0), tf.min(x)],
  ];
}

const hash = createHash("sha256");
for (const tensor of results(311, 1003)) hash.update(tensor.dataSync());
const sample = results(5, 9).flatMap((tensor) => [...tensor.dataSync()]);
const description = nativeStatus().addon?.describe() ?? null;
process.stdout.write(JSON.stringify({ description, digest: hash.digest("hex"), sample }));
