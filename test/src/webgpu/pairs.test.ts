import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { OptionError, RunError } from "../../../src/errors.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { pairCount } from "../../../src/transport/pairs/pair-order.ts";
import { hostDivergencePairs } from "../../../src/transport/pairs/sinkhorn/engine-host.ts";
import { webgpuDivergencePairs } from "../../../src/transport/pairs/sinkhorn/engine-webgpu.ts";
import { potentialLayout } from "../../../src/transport/pairs/sinkhorn/stored-potentials.ts";
import { supportSizes, supportsOf } from "../../../src/transport/pairs/sinkhorn/supports.ts";
import { histogramRows } from "../../../src/transport/pairs/histograms.ts";
import { countLaunches } from "../../../src/webgpu/launch.ts";
import { lowerLimits } from "../../../src/webgpu/limits.ts";
import { columnStorage } from "../../../src/webgpu/pairs/columns.ts";
import { divergencePairsEstimate } from "../../../src/webgpu/pairs/estimate.ts";
import { KeptPotentials } from "../../../src/webgpu/pairs/kept-potentials.ts";
import { backends } from "../../support/backends.ts";
import { euclideanCost } from "../../support/exact.ts";

/** Bins of a few supports: a single one, both sides of the rows and columns that a workgroup takes at a time, nearly all. */
const SIZES = [1, 15, 16, 17, 33, 65];
const BINS = 70;
const PAIRS = pairCount(SIZES.length);

/** Histograms on `sizes` bins each, spread over all of them. */
function problemOf(sizes: readonly number[], bins: number, memory = 2 ** 20, leastMass = 0.1) {
  const rows = sizes.map((size, row) => {
    const masses = new Float64Array(bins);
    for (let k = 0; k < size; k++) {
      masses[Math.floor(((k + row / sizes.length) * bins) / size) % bins] =
        leastMass + (((k + 1) * (row + 2) * 0.618) % 1);
    }
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    return [...masses.map((mass) => mass / total)];
  });
  const supports = supportsOf(
    histogramRows(ndarray(Float64Array.from(rows.flat()), [sizes.length, bins]), "histograms"),
  );
  const found = supportSizes(supports);
  expect([...found]).toEqual(sizes);
  return { supports, sizes: found, layout: potentialLayout(found, memory) };
}

const cost = euclideanCost(BINS, 1).data;
const moved = cost.map((entry) => entry ** 0.95);
const largest = cost.reduce((most, entry) => Math.max(most, entry));

/** epsilon of either arithmetic. */
const DOMAINS = [
  ["scalings", largest / 8],
  ["logarithms", largest / 30],
] as const;

type Engine = ReturnType<typeof hostDivergencePairs>;

async function divergences(engine: Engine, epsilon: number, ground = cost, tolerance = 1e-6, pairs = PAIRS) {
  engine.setCost(ground, { epsilon, tolerance, maxIterations: 2000 });
  const values = new Float64Array(pairs);
  const statistics = await engine.solve({ from: 0, to: pairs }, values);
  return { values, ...statistics };
}

/** One solver's values, freed. */
async function once(epsilon: number, { memory, tolerance }: { memory?: number; tolerance?: number } = {}) {
  const engine = webgpuDivergencePairs(problemOf(SIZES, BINS, memory));
  try {
    return await divergences(engine, epsilon, cost, tolerance);
  } finally {
    engine.dispose!();
  }
}

describe.skipIf(!backends.includes("webgpu"))("pairs on a device", () => {
  beforeAll(() => useBackend("webgpu"));
  afterEach(() => lowerLimits({}));

  describe.each(DOMAINS)("in %s", (_, epsilon) => {
    it("supports of any size have the values of the host, in float64", async () => {
      const found = await once(epsilon);
      const expected = await divergences(hostDivergencePairs(problemOf(SIZES, BINS)), epsilon);
      expect(found.values).toBeAllclose(expected.values, { absolute: 1e-6 * epsilon + 1e-7 * largest });
      expect(found).toMatchObject({ unconverged: 0, warmStarts: 0 });
      // which side begins is not the same
      expect(Math.abs(found.iterations - expected.iterations)).toBeLessThanOrEqual(PAIRS);
    });

    it("the same bits twice, and whatever the limits cut", async () => {
      const rough = { tolerance: 1e-3 };
      const { values } = await once(epsilon, rough);
      expect((await once(epsilon, rough)).values).toEqual(values);
      lowerLimits({ maxStorageBufferBindingSize: 4 * BINS * 66, maxComputeWorkgroupsPerDimension: 3 }); // a panel, part of a cost
      expect((await once(epsilon, rough)).values).toEqual(values);
      lowerLimits({ maxComputeWorkgroupStorageSize: 4096 }); // columns in a buffer
      expect((await once(epsilon, rough)).values).toEqual(values);
      lowerLimits({ maxComputeWorkgroupStorageSize: 4096, maxStorageBufferBindingSize: 4 * BINS * 66 });
      expect((await once(epsilon, { ...rough, memory: 0 })).values).toEqual(values);
    });

    it("a warm start ends at the values of a cold one, and goes on from what was saved bit for bit", async () => {
      const [count, bins] = [16, 24];
      const sizes = Array.from({ length: count }, (_, k) => k + 1);
      const [first, second, host] = [webgpuDivergencePairs, webgpuDivergencePairs, hostDivergencePairs].map((make) => {
        lowerLimits({ maxStorageBufferBindingSize: 4 * bins * count }); // potentials in two buffers
        return make(problemOf(sizes, bins));
      });
      const near = euclideanCost(bins, 2).data;
      const next = near.map((entry) => entry ** 0.95);
      const solve = (engine: Engine, ground: Float64Array) =>
        divergences(engine, epsilon, ground, 1e-6, pairCount(count));
      const before = await solve(first, near);
      const kept = structuredClone(await first.save());
      second.load(kept);
      expect(await second.save()).toEqual(kept);
      const warm = await solve(first, next);
      expect(warm.warmStarts).toBe(pairCount(count));
      expect(warm.iterations).toBeLessThan(before.iterations);
      expect(await solve(second, next)).toEqual(warm);
      const cold = await solve(host, next);
      expect(warm.values).toBeAllclose(cold.values, { absolute: 3e-6 * epsilon + 1e-7 * largest });
      for (const engine of [first, second]) engine.dispose!();
    });
  });

  it("what the device kept, the host goes on from, and the other way round", async () => {
    const [, [, epsilon]] = DOMAINS;
    const device = webgpuDivergencePairs(problemOf(SIZES, BINS));
    const host = hostDivergencePairs(problemOf(SIZES, BINS));
    const cold = await divergences(device, epsilon);
    host.load(structuredClone(await device.save()));
    const warm = await divergences(host, epsilon);
    expect(warm).toMatchObject({ warmStarts: PAIRS });
    expect(warm.iterations).toBeLessThan(cold.iterations / 5);
    device.load(structuredClone(await host.save()));
    expect((await divergences(device, epsilon)).iterations).toBeLessThan(cold.iterations / 5);
    device.dispose!();
  });

  it("pairs that take more iterations than a launch go on where they stopped", async () => {
    const epsilon = largest / 25;
    const last = { from: PAIRS - 1, to: PAIRS };
    const [device, host] = [webgpuDivergencePairs, hostDivergencePairs].map((make) => make(problemOf(SIZES, BINS)));
    const solve = async (engine: Engine, maxIterations: number) => {
      engine.setCost(cost, { epsilon, tolerance: 1e-11, maxIterations });
      const values = new Float64Array(1);
      return { values, ...(await engine.solve(last, values)) };
    };
    const [found, expected] = [await solve(device, 2000), await solve(host, 2000)];
    expect(expected.iterations).toBeGreaterThan(64);
    expect(Math.abs(found.iterations - expected.iterations)).toBeLessThan(0.05 * expected.iterations);
    expect(found.values).toBeAllclose(expected.values, { absolute: 1e-6 * epsilon });
    const cold = webgpuDivergencePairs(problemOf(SIZES, BINS));
    expect(await solve(cold, 70)).toMatchObject({ iterations: 70, unconverged: 1 });
    for (const engine of [device, cold]) engine.dispose!();
  });

  it("masses next to nothing leave values that are right", async () => {
    const problem = problemOf(SIZES, BINS);
    const { masses, starts } = problem.supports;
    for (let row = 1; row < SIZES.length; row++) {
      masses[starts[row] + 1] += masses[starts[row]];
      masses[starts[row]] = 1e-40;
    }
    for (const [, epsilon] of DOMAINS) {
      const device = webgpuDivergencePairs(problem);
      const { values } = await divergences(device, epsilon);
      const expected = await divergences(hostDivergencePairs(problem), epsilon);
      expect(values).toBeAllclose(expected.values, { absolute: 1e-6 * epsilon + 1e-7 * largest });
      device.dispose!();
    }
  });

  it("launches are as many as estimated, and nothing stays behind", async () => {
    const [[, epsilon]] = DOMAINS;
    const memory = () => tf.memory() as tf.MemoryInfo & { numBytesInGPU: number };
    const before = memory();
    const problem = problemOf(SIZES, BINS);
    const engine = webgpuDivergencePairs(problem);
    const estimate = divergencePairsEstimate(problem.sizes, BINS, 10);
    const { result, launches } = countLaunches(() => divergences(engine, epsilon)); // those before the first wait
    expect(launches).toBe(estimate.launches);
    await result;
    const between = memory();
    for (const ground of [moved, cost, moved]) {
      await divergences(engine, epsilon, ground);
      await engine.save();
    }
    expect(memory()).toEqual(between);
    engine.dispose!();
    await divergences(hostDivergencePairs(problem), epsilon);
    expect(memory()).toMatchObject({ numTensors: before.numTensors, numBytesInGPU: before.numBytesInGPU });
  });

  it("an estimate counts entries, panels and rounds", () => {
    lowerLimits({ maxStorageBufferBindingSize: 4 * 10 * 6 });
    expect(divergencePairsEstimate([2, 3, 1], 10, 100)).toEqual({
      launches: 2 + 2 * 2,
      bytes: 3 * 2 * (4 * 10 * 6) + 2 * 8 * (2 + 1 + 1),
      operations: 4 * 100 * (6 + 2 + 3) + 2 * 16 * (4 + 9 + 1),
    });
  });

  it("refuses an epsilon that float32 cannot tell from nothing, and histograms that the device cannot bind", () => {
    const engine = webgpuDivergencePairs(problemOf(SIZES, BINS));
    const refused = () => engine.setCost(cost, { epsilon: largest / 40_000, tolerance: 1e-6, maxIterations: 9 });
    expect(refused).toThrow(OptionError);
    expect(refused).toThrow(/^epsilon: expected at least 0.0000\d+ of the largest cost in float32[^\n]*$/);
    engine.dispose!();
    lowerLimits({ maxStorageBufferBindingSize: 1000 });
    expect(() => webgpuDivergencePairs(problemOf(SIZES, BINS))).toThrow(RunError);
  });
});

describe.skipIf(!backends.includes("webgpu"))("what the device keeps", () => {
  beforeAll(() => useBackend("webgpu"));
  afterEach(() => lowerLimits({}));

  it("the columns of small supports lie in a workgroup's memory, those of large ones in a buffer", () => {
    lowerLimits({ maxComputeWorkgroupStorageSize: 16_384, maxComputeInvocationsPerWorkgroup: 256 });
    expect(columnStorage(40, "scaling")).toEqual({ place: "workgroup", capacity: 128, width: 64, bufferBytes: 0 });
    expect(columnStorage(700, "scaling")).toMatchObject({ place: "workgroup", width: 256 });
    expect(columnStorage(700, "log")).toMatchObject({ place: "buffer", capacity: 768, bufferBytes: 12_288 });
    expect(columnStorage(20_000, "scaling")).toMatchObject({ place: "buffer", width: 256 });
  });

  it("potentials of a pair lie in one buffer, however many there are", async () => {
    lowerLimits({ maxStorageBufferBindingSize: 40 });
    const kept = new KeptPotentials([4, 4, 4, 10, 1]);
    expect([0, 4, 8, 12, 22].map((place) => kept.find(place))).toEqual([
      { segment: 0, place: 0 },
      { segment: 0, place: 4 },
      { segment: 1, place: 0 },
      { segment: 2, place: 0 },
      { segment: 3, place: 0 },
    ]);
    kept.buffer(1);
    expect(await kept.read()).toEqual(new Float32Array(23));
    const values = Float32Array.from({ length: 23 }, (_, k) => k);
    kept.write(values);
    kept.buffer(2);
    expect(await kept.read()).toEqual(values);
    kept.dispose();
  });
});
