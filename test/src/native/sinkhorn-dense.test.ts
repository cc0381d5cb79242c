import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { denseGeometry, type DenseGeometry } from "../../../src/geometry/dense.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { sinkhornDivergence } from "../../../src/transport/divergence.ts";
import { gaussianTimesNu } from "../../../src/transport/initializers/gaussian.ts";
import { ones } from "../../../src/transport/initializers/ones.ts";
import { nativeEngine } from "../../../src/transport/sinkhorn/engine-native.ts";
import { entropicCost } from "../../../src/transport/entropic-cost.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { sinkhornIterations } from "../../../src/transport/sinkhorn/iterations.ts";
import { sinkhorn } from "../../../src/transport/sinkhorn/sinkhorn.ts";
import { randomHistogram, randomNormal } from "../../support/problems.ts";
import {
  comparable,
  expectHostPotentials,
  expectPotential,
  histogram,
  rounded,
  rowsTensor,
  solveNatively,
  tidily,
  withoutNative,
} from "../../support/sinkhorn.ts";

const { addon } = nativeStatus();

/** Squared distances between random points of a square of side one, at most 2. */
function cloud(n: number, m: number, seed: number): DenseGeometry {
  const points = (count: number, offset: number) =>
    ndarray(
      randomNormal(2 * count, seed + offset).map((value) => value - Math.floor(value)),
      [count, 2],
    );
  return pointCloud(points(n, 0), points(m, 1), { lazy: false });
}

const problems = fc.record({
  n: fc.integer({ min: 1, max: 60 }),
  m: fc.integer({ min: 1, max: 60 }),
  /** As many as fill a block and more, so that pairs enter and leave. */
  pairs: fc.constantFrom(1, 2, 5, 40),
  seed: fc.integer({ min: 0, max: 1e6 }),
  zeroShare: fc.constantFrom(0, 0.3, 0.9),
  logEpsilon: fc.double({ min: -12, max: 2, noNaN: true }),
  iterations: fc.integer({ min: 1, max: 12 }),
  start: fc.constantFrom(0, 1, 30),
  domain: fc.constantFrom("auto" as const, "log" as const),
});

describe.skipIf(!addon)("native Sinkhorn under a dense cost", () => {
  let tensors = 0;
  beforeAll(() => useBackend("wasm"));
  beforeEach(() => void (tensors = tf.memory().numTensors));
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  it("equals the float64 host for random clouds, epsilons, starts and zero masses", async () => {
    const domains = { scaling: 0, log: 0 };
    await fc.assert(
      fc.asyncProperty(problems, async ({ n, m, pairs, seed, zeroShare, logEpsilon, iterations, start, domain }) => {
        const geometry = cloud(n, m, seed);
        const epsilon = Math.exp(logEpsilon);
        const rows = (count: number, offset: number) =>
          Array.from({ length: pairs }, (_, pair) => rounded(histogram(count, seed + 10 * pair + offset, zeroShare)));
        const [a, b] = [rows(n, 0), rows(m, 1)];
        const g0 = b.map((_, pair) => rounded(randomNormal(m, seed + pair).map((value) => value * start * epsilon)));
        await tidily(async () => {
          const kernel = geometry.kernel(epsilon);
          const options = {
            iterations,
            domain,
            start: rowsTensor(g0),
          };
          const solution = await solveNatively(kernel, rowsTensor(a), rowsTensor(b), options);
          domains[solution.domain]++;
          await expectHostPotentials(solution, { geometry, a, b, g0, epsilon, iterations });
          kernel.dispose();
        });
      }),
      { numRuns: 150 },
    );
    expect(Math.min(domains.scaling, domains.log)).toBeGreaterThan(10);
  });

  it("scalings at the edge of float32's range: two far clouds equal the host", async () => {
    const cloudAt = (x: number, seed: number) =>
      ndarray(
        randomNormal(60, seed).map((value, index) => value / 10 + (index % 2 ? 0 : x)),
        [30, 2],
      );
    const geometry = pointCloud(cloudAt(0, 1), cloudAt(3, 2));
    const masses = (seed: number) => rounded(histogram(30, seed, 0.3));
    const domains = new Set<string>();
    for (const epsilon of [0.01, 0.03, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 1]) {
      await tidily(async () => {
        const kernel = geometry.kernel(epsilon);
        const { f, g, domain } = await solveNatively(kernel, rowsTensor([masses(3)]), rowsTensor([masses(4)]), {
          iterations: 15,
          domain: "auto",
          start: tf.zeros([1, 30]),
        });
        domains.add(domain);
        const host = sinkhornHost(masses(3), masses(4), geometry, { epsilon, maxIterations: 15, tolerance: 0 });
        expectPotential(f.dataSync(), host.f, masses(3));
        expectPotential(g.dataSync(), host.g, masses(4));
        kernel.dispose();
      });
    }
    expect([...domains].sort()).toEqual(["log", "scaling"]);
  });

  it("each pair stops by itself; errors, counts and status are those of float64", async () => {
    const geometry = cloud(23, 17, 3);
    const pairs = 40;
    const a = rowsTensor(Array.from({ length: pairs }, (_, pair) => histogram(23, pair, 0.2)));
    const b = rowsTensor(Array.from({ length: pairs }, (_, pair) => histogram(17, 100 + pair, 0.2)));
    for (const options of [
      {},
      { momentum: 1.4 },
      { maxIterations: 37 },
      { initializer: gaussianTimesNu },
      { initializer: ones, checkEvery: 1 },
    ]) {
      for (const domain of ["auto", "log"] as const) {
        const all = { epsilon: 0.03, tolerance: 1e-4, checkEvery: 5, ...options };
        const native = await sinkhorn(a, b, geometry, { ...all, domain });
        const plain = await sinkhorn(a, b, withoutNative(geometry), { ...all, domain: "log" });
        const expected = domain === "log" ? "log" : "scaling";
        expect(native).toMatchObject({ iterations: plain.iterations, status: plain.status, domain: expected });
        // float32 logarithms of up to 100 carry a rounding of 4e-6
        const reached = (errors: readonly number[]) => errors.map((error) => Math.max(error, all.tolerance));
        expect(reached(native.errors)).toBeAllclose(reached(plain.errors), { absolute: 5e-6, relative: 1e-3 });
        // the composed solver stops as early as a pair does if that is all it has
        for (const pair of [0, 13, 39]) {
          const [one, other] = [tf.slice(a, [pair, 0], [1, 23]), tf.slice(b, [pair, 0], [1, 17])];
          const alone = await sinkhorn(one, other, withoutNative(geometry), { ...all, domain: "log" });
          const centred = (potential: tf.Tensor, row: number, masses: tf.Tensor) => {
            const weights = Float64Array.from(masses.dataSync());
            const values = potential.dataSync();
            return comparable(values.slice(row * weights.length, (row + 1) * weights.length), weights);
          };
          expect(centred(native.f, pair, one)).toBeAllclose(centred(alone.f, 0, one), { absolute: 1e-5 });
          expect(centred(native.g, pair, other)).toBeAllclose(centred(alone.g, 0, other), { absolute: 1e-5 });
          tf.dispose([one, other, alone.f, alone.g]);
        }
        tf.dispose([native.f, native.g, plain.f, plain.g]);
      }
    }
    tf.dispose([a, b]);
  });

  it.each([
    ["on scalings", 0.05, 1],
    ["on scalings with momentum", 0.05, 1.3],
    ["in the log domain", 0.0004, 1],
    ["in the log domain with momentum", 0.0004, 1.3],
  ])("a pair has the same bits alone and among others %s", async (_, epsilon, momentum) => {
    const geometry = cloud(37, 45, 5);
    const pairs = 70;
    const masses = (count: number, offset: number) =>
      rowsTensor(Array.from({ length: pairs }, (_, pair) => histogram(count, offset + pair, pair % 3 ? 0.3 : 0)));
    await tidily(async () => {
      const [a, b] = [masses(37, 0), masses(45, 500)];
      const kernel = geometry.kernel(epsilon);
      const run = { iterations: 60, domain: "auto", checkEvery: 7, tolerance: 0.01, momentum } as const;
      const solve = async (first: number, count: number) =>
        await solveNatively(kernel, tf.slice(a, [first, 0], [count, -1]), tf.slice(b, [first, 0], [count, -1]), run);
      const together = await solve(0, pairs);
      for (const [first, count] of [
        [0, 1],
        [69, 1],
        [3, 2],
        [10, 5],
        [20, 30],
      ]) {
        const some = await solve(first, count);
        for (const side of ["f", "g"] as const) {
          const rows = tf.slice(together[side], [first, 0], [count, -1]);
          expect(some[side].dataSync()).toEqual(rows.dataSync());
        }
      }
      kernel.dispose();
    });
  });

  it.each([
    ["on scalings", 0.05],
    ["in the log domain", 0.0008],
  ])("envelope gradients and the divergence's equal the composed ones %s", (_, epsilon) => {
    const points = ndarray(randomNormal(60, 9), [30, 2]);
    const geometry = pointCloud(points, points);
    tf.tidy(() => {
      const inputs = [1, 4].map((first) =>
        rowsTensor([first, first + 1, first + 2].map((seed) => randomHistogram(30, seed, 0.3))),
      );
      const weights = tf.tensor1d([1, -2, 3]);
      for (const cost of [entropicCost, sinkhornDivergence]) {
        const [native, plain] = [geometry, withoutNative(geometry)].map((either) => {
          const kernel = either.kernel(epsilon);
          const loss = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(cost(a, b, kernel, { iterations: 20 }), weights));
          const { value, grads } = tf.valueAndGrads(loss)(inputs);
          const gradients = grads.map((gradient) => [...gradient.dataSync()]);
          kernel.dispose();
          return { value: value.dataSync()[0], gradients };
        });
        expect([native.value]).toBeAllclose([plain.value], { relative: 2e-5, absolute: 2e-6 });
        expect(native.gradients).toBeAllclose(plain.gradients, { relative: 2e-5, absolute: 1e-5 });
      }
    });
  });

  it("takes batches of any rank, none at all, one point, and costs of zero", () => {
    tf.tidy(() => {
      const kernel = cloud(5, 3, 1).kernel(0.2);
      const [a, b] = [tf.fill([2, 3, 5], 0.2), tf.fill([2, 3, 3], 1 / 3)];
      const { f, g } = sinkhornIterations(a, b, kernel, { iterations: 2 });
      expect([f.shape, g.shape]).toEqual([a.shape, b.shape]);
      expect(f.dataSync().every(Number.isFinite)).toBe(true);
      const none = sinkhornIterations(tf.zeros([0, 5]), tf.zeros([0, 3]), kernel);
      expect([none.f.shape, none.g.shape]).toEqual([
        [0, 5],
        [0, 3],
      ]);
      kernel.dispose();
      const point = denseGeometry(Float64Array.of(0), [1, 1]).kernel(1e-3);
      for (const domain of ["auto", "log"] as const) {
        const solved = sinkhornIterations(tf.ones([4, 1]), tf.ones([4, 1]), point, { iterations: 3, domain });
        expect([...solved.f.dataSync(), ...solved.g.dataSync()]).toEqual(new Array(8).fill(0));
      }
      point.dispose();
    });
  });

  it("unbounded scalings end as non-finite where the user insists on them, and so does a mass that is no number", async () => {
    const line = ndarray(
      Float64Array.from({ length: 60 }, (_, index) => index),
      [60, 1],
    );
    const geometry = pointCloud(line, line);
    const left = rowsTensor([Float64Array.from({ length: 60 }, (_, index) => (index < 10 ? 0.1 : 0))]);
    const right = tf.reverse(left, 1);
    const scaling = await sinkhorn(left, right, geometry, { epsilon: 0.5, domain: "scaling" });
    expect(scaling).toMatchObject({ status: "non-finite", domain: "scaling" });
    const auto = await sinkhorn(left, right, geometry, { epsilon: 0.5, maxIterations: 20 });
    expect(auto).toMatchObject({ status: "max-iterations", iterations: 20, domain: "log" });
    expect(auto.errors.every(Number.isFinite)).toBe(true);
    tf.dispose([scaling.f, scaling.g, auto.f, auto.g]);
    await tidily(async () => {
      const kernel = geometry.kernel(10);
      const bad = tf.concat([right, tf.fill([1, 60], NaN)]);
      const { f, g, ...report } = await solveNatively(kernel, tf.concat([left, left]), bad, {
        iterations: 20,
        domain: "auto",
        checkEvery: 5,
        tolerance: 1e-3,
      });
      expect(report).toMatchObject({ status: "non-finite", iterations: 5 });
      const finite = (potential: tf.Tensor) => tf.any(tf.isNaN(potential), 1).dataSync();
      expect([...finite(f), ...finite(g)]).toEqual([0, 1, 0, 1]);
      kernel.dispose();
    });
    tf.dispose([left, right]);
  });

  it("leaves costs of more epsilons than exponents hold to float64", () => {
    tf.tidy(() => {
      const kernel = cloud(4, 4, 1).kernel(1e-9);
      const masses = tf.fill([1, 4], 0.25);
      expect(nativeEngine(kernel)).toBeUndefined();
      expect(sinkhornIterations(masses, masses, kernel, { iterations: 1 }).f.dataSync().every(Number.isFinite)).toBe(
        true,
      );
      kernel.dispose();
    });
  });

  describe("refuses what would harm memory", () => {
    const plan = addon?.createDenseCost({ n: 2, m: 3, epsilon: 1, largest: 1 });
    const problem = () => ({
      plan: plan!,
      cost: new Float64Array(6),
      pairs: 1,
      iterations: 1,
      checkEvery: 0,
      tolerance: 0,
      momentum: 1,
      domain: 0,
      output: 0,
      symmetric: false,
      a: Float32Array.of(0.5, 0.5),
      b: Float32Array.of(0.5, 0.25, 0.25),
      start: undefined,
      f: new Float32Array(2),
      g: new Float32Array(3),
    });
    const run = (change: object) => addon!.sinkhornOnDense({ ...problem(), ...change });

    it("and takes what would not", () => expect(run({})).toMatchObject({ iterations: 1 }));

    it.each<[what: string, change: object]>([
      ["no plan", { plan: {} }],
      ["a cost of another size", { cost: new Float64Array(5) }],
      ["a cost in float32", { cost: new Float32Array(6) }],
      ["nowhere to write all numbers", { g: new Float32Array(2) }],
      ["too few masses", { b: new Float32Array(2) }],
      ["no masses", { b: undefined }],
      ["a symmetric problem on two sides", { symmetric: true, output: 1 }],
      ["no iterations", { iterations: 0 }],
    ])("%s", (_, change) => {
      expect(() => run(change)).toThrow();
    });

    it.each<[what: string, change: object]>([
      ["no points", { n: 0 }],
      ["more entries than any memory", { n: 2 ** 30, m: 2 ** 30 }],
      ["epsilon 0", { epsilon: 0 }],
    ])("a plan with %s", (_, change) => {
      expect(() => addon!.createDenseCost({ n: 2, m: 3, epsilon: 1, largest: 1, ...change })).toThrow();
    });
  });
});
