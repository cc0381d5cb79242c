import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import type { Geometry, PointCost, TensorKernel } from "../../../src/geometry/geometry.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { chooseSinkhorn } from "../../../src/transport/sinkhorn/choose.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { planReduction } from "../../../src/webgpu/costs/reduction.ts";
import { countLaunches, submit } from "../../../src/webgpu/launch.ts";
import { lowerLimits } from "../../../src/webgpu/limits.ts";
import { backends } from "../../support/backends.ts";
import { randomHistogram, randomNormal } from "../../support/problems.ts";
import { expectPotential, rounded, rowsTensor } from "../../support/sinkhorn.ts";

const matrixOf = (n: number, m: number): Geometry =>
  denseGeometry(
    randomNormal(n * m, 1).map((value) => Math.abs(value)),
    [n, m],
  );
const cloudOf = (n: number, m: number, d: number, cost: PointCost = "squared-euclidean"): Geometry =>
  pointCloud(ndarray(randomNormal(n * d, 1), [n, d]), ndarray(randomNormal(m * d, 2), [m, d]), { lazy: true, cost });

/** Rows of x with an absent entry, of any size. */
function logRows(count: number, rows: number): Float64Array[] {
  return Array.from({ length: rows }, (_, row) =>
    rounded(randomNormal(count, 10 + row).map((value, at) => (at === row ? -1e30 : 40 * value))),
  );
}

/** log(K exp(x)), log(K^T exp(x)) and K x on the device, and what the host makes of them. */
async function operatorsOf(geometry: Geometry, epsilon: number, rows: number) {
  const [n, m] = geometry.shape;
  const host = geometry.hostKernel(epsilon);
  const kernel = geometry.kernel(epsilon);
  const [x, y] = [logRows(m, rows), logRows(n, rows)];
  const z = x.map((row) => row.map((value) => (value > -1e29 ? value : 3)));
  const actual = tf.tidy(() => ({
    logApply: kernel.logApply(rowsTensor(x)),
    logApplyTranspose: kernel.logApplyTranspose(rowsTensor(y)),
    apply: kernel.apply(rowsTensor(z)),
  }));
  const bits = await Promise.all(Object.values(actual).map((tensor) => tensor.data()));
  const [logs, transposed, products] = bits.map((values) => Float64Array.from(values));
  tf.dispose(actual);
  kernel.dispose();
  const expected = [
    x.flatMap((row) => [...host.logApply(row, new Float64Array(n))]),
    y.flatMap((row) => [...host.logApplyTranspose(row, new Float64Array(m))]),
    z.flatMap((row) => [...host.apply(row, new Float64Array(n))]),
  ];
  return { actual: [logs, transposed, products], expected };
}

async function expectOperators(geometry: Geometry, epsilon: number, rows: number): Promise<void> {
  const { actual, expected } = await operatorsOf(geometry, epsilon, rows);
  const largest = Math.max(...expected[2].map(Math.abs));
  expect(actual[0]).toBeAllclose(expected[0], { relative: 2e-6, absolute: 1e-4 });
  expect(actual[1]).toBeAllclose(expected[1], { relative: 2e-6, absolute: 1e-4 });
  expect(actual[2]).toBeAllclose(expected[2], { relative: 2e-5, absolute: 1e-5 * largest });
}

describe.skipIf(!backends.includes("webgpu"))("sums over costs on webgpu", () => {
  beforeAll(() => useBackend("webgpu"));
  afterEach(() => lowerLimits({}));

  // the last tiles of outputs (8 or 32 lanes by 4) and of the reduced side (the other way round) are not full; one row, five, a tile of four
  it.each([
    [1, 1, 1],
    [33, 129, 5],
    [131, 31, 4],
    [128, 32, 1],
  ])("of a matrix %i x %i, %i rows at a time", (n, m, rows) => expectOperators(matrixOf(n, m), 0.1, rows));

  it.each([
    [65, 130, 1, 5],
    [64, 67, 2, 1],
    [3, 129, 3, 4],
    [70, 66, 17, 1],
    [66, 5, 64, 2],
  ])("of points %i x %i in %i dimensions, %i rows at a time", (n, m, d, rows) =>
    expectOperators(cloudOf(n, m, d), 0.2 * d, rows),
  );

  it("of a reduced side that several workgroups share", async () => {
    await expectOperators(matrixOf(7, 1100), 0.1, 1);
    await expectOperators(cloudOf(1100, 5, 2), 0.3, 5);
  });

  it("of costs that several bindings hold, in few workgroups a dimension", async () => {
    lowerLimits({ maxStorageBufferBindingSize: 4096, maxComputeWorkgroupsPerDimension: 2 });
    await expectOperators(matrixOf(70, 31), 0.1, 2); // bands of 33 rows
    await expectOperators(cloudOf(90, 70, 17), 4, 6); // pieces of 60 points
  });

  it("has the same bits twice, and frees what it makes", async () => {
    const before = { ...(tf.memory() as tf.MemoryInfo & { numBytesInGPU: number }) };
    const runs = [];
    for (let run = 0; run < 2; run++) runs.push((await operatorsOf(matrixOf(40, 700), 0.05, 3)).actual);
    for (let run = 0; run < 2; run++) runs.push((await operatorsOf(cloudOf(40, 700, 3), 0.5, 3)).actual);
    expect(runs[0]).toEqual(runs[1]);
    expect(runs[2]).toEqual(runs[3]);
    submit();
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors });
  });
});
