// Prints the divergences of a few sets as the environment variables choose the arithmetic: cold, and again after the cost moved.
import { createHash } from "node:crypto";
import { nativeStatus } from "../../src/native/loader.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { sinkhornDivergencePairs } from "../../src/transport/pairs/sinkhorn-divergence-pairs.ts";

/** Histograms, bins, share of zeros, epsilon: float32 and float64, one support of a single bin. */
const SETS = [
  [24, 40, 0.7, 0.1],
  [9, 70, 0, 0.3],
  [30, 25, 0.9, 0.05],
  [8, 33, 0.4, 0.01],
] as const;

const hash = createHash("sha256");
const values: number[] = [];
for (const [count, bins, zeros, epsilon] of SETS) {
  const uniform = (seed: number): number => ((seed + 1) * 0.6180339887498949 * (1 + (seed % 7))) % 1;
  const histograms = new Float64Array(count * bins);
  for (let i = 0; i < count; i++) {
    const row = histograms.subarray(i * bins, (i + 1) * bins);
    row[i % bins] = 1; // never empty
    row.forEach((mass, k) => (row[k] = uniform(i * bins + k) < zeros ? mass : mass + uniform(k * count + i)));
    const total = row.reduce((sum, mass) => sum + mass, 0);
    row.forEach((mass, k) => (row[k] = mass / total));
  }
  const place = (k: number): number => uniform(3 * k);
  const cost = Float64Array.from({ length: bins * bins }, (_, e) => {
    return Math.abs(place(Math.floor(e / bins)) - place(e % bins));
  });
  const pairs = sinkhornDivergencePairs(ndarray(histograms, [count, bins]));
  for (const power of [1, 1.1]) {
    const ground = cost.map((entry) => entry ** power);
    pairs.setCost(ndarray(ground, [bins, bins]), { epsilon, maxIterations: 20_000 });
    const { values: divergences } = await pairs.solve();
    hash.update(divergences);
    values.push(...divergences);
  }
}
const description = nativeStatus().addon?.describe() ?? null;
process.stdout.write(JSON.stringify({ description, digest: hash.digest("hex"), sample: values }));
