import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { OptionError } from "../../../../src/errors.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { gaussian } from "../../../../src/transport/initializers/gaussian.ts";
import { halveAxis, interpolateAxis } from "../../../../src/transport/sinkhorn/half-grid.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { sinkhorn } from "../../../../src/transport/sinkhorn/sinkhorn.ts";
import { backends } from "../../../support/backends.ts";
import { rowsTensor } from "../../../support/sinkhorn.ts";

/** Two smooth bumps on a grid, zero below a level. */
function bumps([height, width]: readonly [number, number], seed: number): Float64Array {
  const values = Float64Array.from({ length: height * width }, (_, at) => {
    const [y, x] = [Math.floor(at / width) / (height - 1), (at % width) / (width - 1)];
    const bump = (cy: number, cx: number) => Math.exp(-((y - cy) ** 2 + (x - cx) ** 2) / 0.02);
    return Math.max(0, bump(0.2 + 0.1 * seed, 0.3) + 0.5 * bump(0.7, 0.8 - 0.2 * seed) - 0.01);
  });
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => Math.fround(value / total));
}

describe.each(backends)("coarse to fine on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each([
    [[16, 21] as const, 1],
    [[32, 24] as const, 2],
  ])("on %j, %i levels, comes to the same solution in fewer iterations of the grid", async (size, levels) => {
    const geometry = unitGrid(size);
    const [a, b] = [rowsTensor([bumps(size, 0), bumps(size, 2)]), rowsTensor([bumps(size, 3), bumps(size, 1)])];
    const options = { epsilon: 0.01, tolerance: 1e-4, checkEvery: 1, initializer: gaussian };
    const before = tf.memory().numTensors;
    const fine = await sinkhorn(a, b, geometry, options);
    const coarse = await sinkhorn(a, b, geometry, { ...options, coarseToFine: { levels } });
    expect(coarse.status).toBe("converged");
    expect(coarse.iterations).toBeLessThan(fine.iterations);
    const expected = sinkhornHost(bumps(size, 0), bumps(size, 3), geometry, { epsilon: 0.01, tolerance: 1e-6 });
    const [f] = (await coarse.f.array()) as number[][];
    const most = expected.f.reduce((best, value, at) => (value > expected.f[best] ? at : best), 0);
    f.forEach((value, at) => {
      if (expected.f[at] === -Infinity) return;
      expect(value - f[most]).toBeCloseTo(expected.f[at] - expected.f[most], 2);
    });
    tf.dispose([fine.f, fine.g, coarse.f, coarse.g]);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([a, b]);
  });
});

it("halves keep the mass, and lines stay lines", () => {
  const values = Float64Array.from({ length: 2 * 5 * 3 }, (_, at) => at);
  const half = halveAxis(values, 5, 3);
  expect(Array.from(half.subarray(0, 9))).toEqual([3, 5, 7, 15, 17, 19, 12, 13, 14]);
  expect(half.reduce((sum, value) => sum + value)).toBe(values.reduce((sum, value) => sum + value));
  const blocks = Float64Array.from([0.5, 2.5, 4.5], (place) => 3 * place - 1); // at the middles of blocks of two
  expect(interpolateAxis(blocks, 3, 6, 1)).toBeAllclose([-1, 2, 5, 8, 11, 14]);
  expect(Array.from(interpolateAxis(Float64Array.of(7), 1, 2, 1))).toEqual([7, 7]);
});

it("what cannot be halved is refused in one line", async () => {
  const a = [[0.5, 0.5]];
  const { x } = unitGrid([2, 1]).coordinates;
  const run = (geometry: Parameters<typeof sinkhorn>[2], options: object) =>
    sinkhorn(a, a, geometry, { epsilon: 1, ...options });
  const half = { coarseToFine: {} };
  await expect(run(pointCloud(x, x), half)).rejects.toThrow(/a grid that can be halved 1 times, got a dense geometry/);
  await expect(run(unitGrid([2, 1]), { coarseToFine: { levels: 2 } })).rejects.toThrow(/got 2 x 1 points/);
  await expect(run(unitGrid([2, 1]), { ...half, epsilonScaling: {} })).rejects.toThrow(OptionError);
  await expect(run(unitGrid([2, 1]), { coarseToFine: { tolerance: -1 } })).rejects.toThrow(/coarseToFine.tolerance/);
});
