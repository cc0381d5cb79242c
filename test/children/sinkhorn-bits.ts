// Prints the instruction set, the threads and the bits of a few Sinkhorn problems as the environment variables choose them.
import { createHash } from "node:crypto";
import * as tf from "@tensorflow/tfjs-core";
import { denseGeometry } from "../../src/geometry/dense.ts";
import { unitGrid } from "../../src/geometry/grid.ts";
import { nativeStatus } from "../../src/native/loader.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import { sinkhornIterations } from "../../src/transport/sinkhorn/iterations.ts";
import { sinkhorn } from "../../src/transport/sinkhorn/sinkhorn.ts";

/** [pairs, axes, epsilon]: on scalings, and in the log domain. */
const PROBLEMS = [
  [40, [28, 28], 0.01],
  [9, [17, 30], 0.0005],
  [5, [7, 5, 6], 0.02],
  [6, [50], 0.002],
] as const;

/** [pairs, n, m, epsilon] */
const DENSE_PROBLEMS = [
  [75, 60, 40, 0.1],
  [40, 25, 33, 0.003],
  [1, 150, 90, 0.05],
] as const;

await useBackend("wasm");
const histograms = (pairs: number, points: number, seed: number) => {
  const values = Float32Array.from({ length: pairs * points }, (_, i) => 1e-3 + Math.abs(Math.sin(seed + i * i)) ** 8);
  const rows = tf.tensor2d(values, [pairs, points]);
  return tf.div(rows, tf.sum(rows, 1, true));
};
const hash = createHash("sha256");
const sample: number[] = [];
for (const [pairs, size, epsilon] of PROBLEMS) {
  const geometry = unitGrid(size);
  const a = histograms(pairs, geometry.shape[0], 1);
  const b = histograms(pairs, geometry.shape[0], 2);
  const { f, g } = sinkhornIterations(a, b, geometry.kernel(epsilon), { iterations: 12 });
  for (const potential of [f, g]) hash.update(potential.dataSync());
  const centred = tf.sub(g, tf.mean(g, 1, true));
  sample.push(...centred.dataSync().slice(0, 50));
}
// a dense cost, of blocks of pairs that end one after the other
for (const [pairs, n, m, epsilon] of DENSE_PROBLEMS) {
  const cost = Float64Array.from({ length: n * m }, (_, k) => Math.abs(Math.sin(k * k + n)));
  const a = histograms(pairs, n, 3);
  const b = histograms(pairs, m, 4);
  const options = { epsilon, maxIterations: 40, checkEvery: 4, tolerance: 0.02 };
  const { f, g } = await sinkhorn(a, b, denseGeometry(cost, [n, m]), options);
  for (const potential of [f, g]) hash.update(potential.dataSync());
  const centred = tf.sub(g, tf.mean(g, 1, true));
  sample.push(...centred.dataSync().slice(0, 50));
}
const description = nativeStatus().addon?.describe() ?? null;
process.stdout.write(JSON.stringify({ description, digest: hash.digest("hex"), sample }));
