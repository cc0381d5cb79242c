// Prints the instruction set, the threads and the bits of learned starts as the environment variables choose them.
import { createHash } from "node:crypto";
import { gridProblem } from "../../models/sinkinit/any-grid/grid-problem.ts";
import { nativeStart } from "../../models/sinkinit/any-grid/native.ts";
import { ANY_GRID } from "../../models/sinkinit/any-grid/spec.ts";
import { unitGrid } from "../../src/geometry/grid.ts";
import { nativeStatus } from "../../src/native/loader.ts";
import { randomPairs, untrained } from "./any-grid.ts";

const start = nativeStart(ANY_GRID, untrained())!;
const hash = createHash("sha256");
const sample: number[] = [];
for (const [size, epsilon] of [
  [[28, 28], 0.01],
  [[13, 50], 0.002],
] as const) {
  for (const pairs of [1, 3, 40]) {
    const { a, b } = randomPairs(pairs, size, pairs);
    const g = new Float32Array(a.length);
    start(gridProblem("bits", unitGrid(size), epsilon), { a, b, g, epsilon });
    hash.update(g);
    // where there is mass a potential is at most a few units
    sample.push(
      ...Array.from(g)
        .filter((value, at) => b[at] > 1e-4 && Math.abs(value) < 2)
        .slice(0, 50),
    );
  }
}
const description = nativeStatus().addon?.describe() ?? null;
process.stdout.write(JSON.stringify({ description, digest: hash.digest("hex"), sample }));
