// Prints the instruction set, the threads and the bits of exact transport as the environment variables choose them.
import { createHash } from "node:crypto";
import { nativeStatus } from "../../src/native/loader.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { emd } from "../../src/transport/exact/emd.ts";
import { emdPairs } from "../../src/transport/pairs/emd-pairs.ts";

const [COUNT, BINS] = [20, 30];

const irregular = (count: number, seed: number) =>
  Float64Array.from({ length: count }, (_, k) => ((k + 1) * 0.6180339887498949 + seed * 0.377) % 1);

/** Points on a circle: a metric. `turn` moves the points a little. */
const cost = (turn: number) => {
  const angle = (bin: number) => 2 * Math.PI * ((bin * 0.6180339887498949 + turn * Math.sin(bin)) % 1);
  const entry = (k: number) => Math.abs(Math.sin((angle(Math.floor(k / BINS)) - angle(k % BINS)) / 2));
  return ndarray(
    Float64Array.from({ length: BINS ** 2 }, (_, k) => entry(k)),
    [BINS, BINS],
  );
};

const rows = Array.from({ length: COUNT }, (_, row) => {
  const masses = irregular(BINS, row).map((mass) => (mass < 0.3 ? 0 : mass));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
});
const hash = createHash("sha256");
const single = emd(rows[0], rows[1], cost(0));
for (const bits of [single.f, single.g, single.plan.rows, single.plan.columns, single.plan.masses]) hash.update(bits);

const set = ndarray(Float64Array.from(rows.flatMap((row) => [...row])), [COUNT, BINS]);
const pairs = emdPairs(set);
const sample = [single.value];
for (const turn of [0, 0.01, 0.02, 0.3]) {
  pairs.setCost(cost(turn));
  const { values, iterations } = await pairs.solve();
  hash.update(values).update(`${iterations}`);
  sample.push(values[0], values[100]);
}
const description = nativeStatus().addon?.describe() ?? null;
process.stdout.write(JSON.stringify({ description, digest: hash.digest("hex"), sample }));
