// Prints the instruction set, the threads and the bits of a chain as the environment variables choose them.
import { createHash } from "node:crypto";
import { unitGrid } from "../../src/geometry/grid.ts";
import { pointCloud } from "../../src/geometry/pointcloud.ts";
import { nativeStatus } from "../../src/native/loader.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { chainSinkhorn } from "../../src/transport/chain/chain.ts";
import type { ChainNode } from "../../src/transport/chain/problem.ts";

const irregular = (count: number, seed: number) =>
  Float64Array.from({ length: count }, (_, k) => ((k + 1) * 0.6180339887498949 + seed * 0.377) % 1);
/** Of total one, a third of them zero. */
const histogram = (count: number, seed: number) => {
  const masses = irregular(count, seed).map((mass) => Math.max(0, mass - 1 / 3));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
};

const plane = unitGrid([19, 21]);
const z = plane.coordinates.x;
const hash = createHash("sha256");
const sample: number[] = [];
// the largest has so many entries that products go in parts
for (const [points, epsilon] of [
  [301, 0.003],
  [1700, 0.02],
]) {
  const x = ndarray(
    irregular(2 * points, 1).map((at, k) => (at + 0.37 * k) % 1),
    [points, 2],
  );
  const links = [pointCloud(x, z), plane, pointCloud(z, x)];
  const free: ChainNode = { kind: "free" };
  for (const last of [{ kind: "given" }, { kind: "relaxed", rho: 0.1 }] as const) {
    const ends: ChainNode[] = [
      { kind: "given", masses: histogram(points, 2) },
      { ...last, masses: histogram(points, 3) },
    ];
    const options = { epsilon, maxIterations: 12, tolerance: 0 };
    const result = chainSinkhorn({ links, nodes: [ends[0], free, free, ends[1]] }, options);
    for (const bits of [...result.potentials, ...result.pairMarginals.map(({ data }) => data)]) hash.update(bits);
    sample.push(result.objective, result.transportCost, ...result.errors.slice(-3));
    for (const marginal of result.marginals) sample.push(...marginal.subarray(0, 20));
  }
}
const description = nativeStatus().addon?.describe() ?? null;
process.stdout.write(JSON.stringify({ description, digest: hash.digest("hex"), sample }));
