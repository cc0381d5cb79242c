import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import type { Geometry, PointCost } from "../../../src/geometry/geometry.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { chooseSinkhorn } from "../../../src/transport/sinkhorn/choose.ts";
import { previousSolution } from "../../../src/transport/initializers/previous.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { estimateIteration } from "../../../src/webgpu/costs/estimate.ts";
import { lowerMostOperations } from "../../../src/webgpu/costs/pace.ts";
import { planReduction } from "../../../src/webgpu/costs/plan.ts";
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

/** The largest error of log(K 1). */
async function errorOf(geometry: Geometry, epsilon: number): Promise<number> {
  const [n, m] = geometry.shape;
  const kernel = geometry.kernel(epsilon);
  const logs = tf.tidy(() => kernel.logApply(tf.zeros([m])));
  const actual = await logs.data();
  tf.dispose(logs);
  kernel.dispose();
  const expected = geometry.hostKernel(epsilon).logApply(new Float64Array(m), new Float64Array(n));
  return expected.reduce((worst, log, i) => Math.max(worst, Math.abs(actual[i] - log)), 0);
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
  afterEach(() => {
    lowerLimits({});
    lowerMostOperations();
  });

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

  it("of points whose squares are products, as good as differences", async () => {
    const geometry = cloudOf(70, 130, 20); // |x|^2 is about 20, at most 50
    expect(await errorOf(geometry, 10)).toBeLessThan(2e-5); // products
    expect(await errorOf(geometry, 0.5)).toBeLessThan(1e-4); // differences
  });

  it("of a reduced side that several workgroups share", async () => {
    await expectOperators(matrixOf(7, 1100), 0.1, 1);
    await expectOperators(cloudOf(1100, 5, 2), 0.3, 5);
  });

  it("of costs that several bindings hold, in few workgroups a dimension", async () => {
    lowerLimits({ maxStorageBufferBindingSize: 4096, maxComputeWorkgroupsPerDimension: 2 });
    await expectOperators(matrixOf(70, 31), 0.1, 2); // bands of 33 rows
    await expectOperators(cloudOf(90, 70, 17), 4, 6); // pieces of 60 points
  });

  it("of more work than one launch may be: cut by the reduced side, or by outputs", async () => {
    lowerMostOperations(2e4);
    await expectOperators(matrixOf(5, 1100), 0.1, 1); // four launches, a split each
    lowerMostOperations(1.5e6);
    await expectOperators(matrixOf(33, 3), 0.1, 2048); // two launches, a tile of outputs each
  });

  it("has derivatives of derivatives, which are those of composed operations", async () => {
    const matrix = pointCloud(ndarray(randomNormal(12, 1), [6, 2]), ndarray(randomNormal(10, 2), [5, 2]));
    const x = rounded(randomNormal(10, 3));
    const secondDerivatives = async (geometry: Geometry) => {
      const kernel = geometry.kernel(0.5);
      const slopesOf = (operator: "logApply" | "logApplyCost") => {
        const value = (rows: tf.Tensor): tf.Scalar => tf.sum(tf.square(kernel[operator](rows)));
        const along = (rows: tf.Tensor): tf.Scalar => tf.sum(tf.mul(tf.grad(value)(rows), tf.range(1, 6)));
        return tf.tidy(() => tf.grad(along)(tf.tensor2d(Float32Array.from(x), [2, 5])));
      };
      const slopes = [slopesOf("logApply"), slopesOf("logApplyCost")];
      const numbers = await Promise.all(slopes.map((tensor) => tensor.data()));
      tf.dispose(slopes);
      kernel.dispose();
      return numbers.flatMap((values) => [...values]);
    };
    const points = pointCloud(matrix.coordinates!.x, matrix.coordinates!.y, { lazy: true });
    const actual = [await secondDerivatives(matrix), await secondDerivatives(points)];
    await useBackend("cpu");
    const expected = await secondDerivatives(matrix);
    await useBackend("webgpu");
    for (const derivatives of actual) expect(derivatives).toBeAllclose(expected, { relative: 1e-4, absolute: 1e-4 });
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

/** Engines chosen for both kinds of costs, of three pairs with zero masses. */
const PROBLEMS: Readonly<Record<string, Geometry>> = {
  "a matrix": matrixOf(37, 150),
  points: cloudOf(37, 150, 3),
};

describe.skipIf(!backends.includes("webgpu"))("Sinkhorn on webgpu", () => {
  beforeAll(() => useBackend("webgpu"));
  afterEach(() => lowerLimits({}));

  for (const [name, geometry] of Object.entries(PROBLEMS)) {
    const [n, m] = geometry.shape;
    const a = [1, 2, 3].map((seed) => rounded(randomHistogram(n, seed, 0.3)));
    const b = [4, 5, 6].map((seed) => rounded(randomHistogram(m, seed, 0.3)));

    it.each([0.1, 0.01, 0.001])(
      `under ${name} has float64's potentials at epsilon = %f of the largest cost`,
      async (share) => {
        const epsilon = share * geometry.maxCost;
        const kernel = geometry.kernel(epsilon);
        const batch = { a: rowsTensor(a), b: rowsTensor(b) };
        const start = tf.zerosLike(batch.b);
        const { f, g } = chooseSinkhorn(kernel, "auto").iterate(batch, start, { iterations: 20, domain: "auto" });
        const [first, second] = [await f.data(), await g.data()];
        a.forEach((masses, pair) => {
          const options = {
            epsilon,
            maxIterations: 20,
            tolerance: 0,
            initializer: previousSolution(new Float64Array(m)),
          };
          const host = sinkhornHost(masses, b[pair], geometry, options);
          expectPotential(first.slice(pair * n, (pair + 1) * n), host.f, masses);
          expectPotential(second.slice(pair * m, (pair + 1) * m), host.g, b[pair]);
        });
        kernel.dispose();
        tf.dispose([batch, start, f, g]);
      },
    );

    it(`under ${name} takes a launch a half step, no memory with iterations, and leaves nothing behind`, async () => {
      const { numTensors } = tf.memory();
      const kernel = geometry.kernel(geometry.maxCost / 10);
      const batch = { a: rowsTensor(a), b: rowsTensor(b) };
      const start = tf.zerosLike(batch.b);
      const engine = chooseSinkhorn(kernel, "auto");
      const bytes: number[] = [];
      const launches = [5, 5, 5, 25].map((iterations) => {
        const counted = countLaunches(() => engine.iterate(batch, start, { iterations, domain: "auto" }));
        tf.dispose([counted.result.f, counted.result.g]);
        submit();
        bytes.push((tf.memory() as tf.MemoryInfo & { numBytesInGPU: number }).numBytesInGPU);
        return counted.launches;
      });
      const { launches: each } = estimateIteration({ shape: [n, m], dimension: 0, pairs: 3 });
      expect(each).toBe(2);
      expect(launches).toEqual([10, 10, 10, 50]);
      expect(bytes[3]).toBe(bytes[2]);
      const run = { iterations: 200, domain: "auto", tolerance: 1e-4, checkEvery: 5, momentum: 1.2 } as const;
      const { f, g, ...report } = await engine.solve(batch, start, run);
      expect(report).toMatchObject({ status: "converged", domain: "log", iterations: 5 * report.errors.length });
      kernel.dispose();
      tf.dispose([batch, start, f, g]);
      expect(tf.memory().numTensors).toBe(numTensors);
    });
  }
});

describe("work of an iteration", () => {
  it("is that of the costs", () => {
    const dense = estimateIteration({ shape: [5000, 5000], dimension: 0, pairs: 1 });
    expect(dense.bytes / (2 * 4 * 5000 ** 2)).toBeCloseTo(1, 1);
    const cloud = estimateIteration({ shape: [50_000, 50_000], dimension: 64, pairs: 1 });
    expect(cloud.operations / (2 * 50_000 ** 2 * (3 * 64 + 13))).toBeCloseTo(1, 1);
    expect(cloud.launches).toBeGreaterThan(cloud.operations / 3e10); // none of them is long
  });

  it("covers all outputs and all parts once, whatever the size", () => {
    for (const [n, m] of [
      [5, 7],
      [700, 30_000],
      [40_000, 90_000],
    ] as const) {
      const spans = { outputs: { from: 0, count: n }, reduced: { from: 0, count: m } };
      const source = {
        shape: [n, m] as const,
        dimension: 64,
        operationsAnAxis: 3,
        lanes: () => ({ reduced: 16, outputs: 16, isReducedFirst: true }),
        blocks: () => [{ ...spans, buffers: [], strides: [1, 1] as const }],
      };
      const { steps, parts } = planReduction(source, false, 2);
      const cells = new Set<number>();
      for (const { tiles, splits, splitLength, operations, workgroups } of steps) {
        expect(parts * splitLength).toBeGreaterThanOrEqual(m);
        expect((parts - 1) * splitLength).toBeLessThan(m);
        expect(operations).toBeLessThan(3e10);
        if (steps.length > 1) expect(workgroups).toBeGreaterThan(256); // which fill a device
        for (let tile = tiles.from; tile < tiles.from + tiles.count; tile++) {
          for (let split = splits.from; split < splits.from + splits.count; split++) cells.add(tile * parts + split);
        }
      }
      expect(cells.size).toBe(Math.ceil(n / 64) * parts);
      expect(Math.max(...cells)).toBe(cells.size - 1);
    }
  });
});
