// Prints the instruction set, the threads and the bits of a few products as the environment variables choose them.
import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import { nativeStatus } from "../../src/native/loader.ts";
import { useBackend } from "../../src/tensor/backend.ts";

/** [batch, rows, inner, columns]: blocks of every kind, whole products as tasks, few rows. */
const SHAPES = [
  [1, 300, 800, 170],
  [60, 30, 31, 33],
  [3, 129, 65, 200],
  [1, 3, 900, 1000],
] as const;

await useBackend("wasm");
const numbers = (shape: number[]) =>
  tf.tensor(
    Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(i)),
    shape,
  );
const hash = createHash("sha256");
for (const [batch, rows, inner, columns] of SHAPES) {
  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ]) {
    const a = numbers(transposeA ? [batch, inner, rows] : [batch, rows, inner]);
    const b = numbers(transposeB ? [batch, columns, inner] : [batch, inner, columns]);
    hash.update(tf.matMul(a, b, transposeA, transposeB).dataSync());
  }
}
const sample = tf.matMul(numbers([7, 40]), numbers([40, 5])).dataSync();
const description = nativeStatus().addon?.describe() ?? null;
process.stdout.write(JSON.stringify({ description, digest: hash.digest("hex"), sample: [...sample] }));
