import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { grid, unitGrid } from "../../../src/geometry/grid.ts";
import { LOG_ZERO } from "../../../src/geometry/log-sum.ts";
import { nativeStatus } from "../../../src/native/loader.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { sinkhornDivergence } from "../../../src/transport/divergence.ts";
import { gaussianTimesNu } from "../../../src/transport/initializers/gaussian.ts";
import { ones } from "../../../src/transport/initializers/ones.ts";
import { previousSolution } from "../../../src/transport/initializers/previous.ts";
import { entropicCost } from "../../../src/transport/entropic-cost.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { sinkhornIterations } from "../../../src/transport/sinkhorn/iterations.ts";
import { sinkhorn } from "../../../src/transport/sinkhorn/sinkhorn.ts";
import { expectSameBits, printedBy, type Bits } from "../../support/children.ts";
import { itOnEachSet } from "../../support/instruction-sets.ts";
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

const problems = fc.record({
  size: fc.oneof(
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
    fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })),
    fc.tuple(fc.integer({ min: 30, max: 300 })),
  ),
  // a few, and enough to share registers
  pairs: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 8, max: 18 })),
  seed: fc.integer({ min: 0, max: 1e6 }),
  zeroShare: fc.constantFrom(0, 0.3, 0.9),
  /** From kernels that are nearly the identity to ones that are nearly constant. */
  logEpsilon: fc.double({ min: -9, max: 2, noNaN: true }),
  iterations: fc.integer({ min: 1, max: 12 }),
  start: fc.constantFrom(0, 1, 30),
  domain: fc.constantFrom("auto" as const, "log" as const),
});

describe.skipIf(!addon)("native Sinkhorn", () => {
  let tensors = 0;
  beforeAll(() => useBackend("wasm"));
  beforeEach(() => void (tensors = tf.memory().numTensors));
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  it("equals the float64 host for random grids, epsilons, starts and zero masses", async () => {
    const domains = { scaling: 0, log: 0 };
    await fc.assert(
      fc.asyncProperty(problems, async ({ size, pairs, seed, zeroShare, logEpsilon, iterations, start, domain }) => {
        const geometry = unitGrid(size);
        const epsilon = Math.exp(logEpsilon);
        const [count] = geometry.shape;
        const rows = (offset: number) =>
          Array.from({ length: pairs }, (_, pair) => rounded(histogram(count, seed + 10 * pair + offset, zeroShare)));
        const [a, b] = [rows(0), rows(1)];
        // steep starts: up to a hundred epsilons
        const g0 = a.map((_, pair) =>
          rounded(randomNormal(count, seed + pair).map((value) => value * start * epsilon)),
        );
        await tidily(async () => {
          const kernel = geometry.kernel(epsilon);
          const options = { iterations, domain, start: rowsTensor(g0) };
          const solution = await solveNatively(kernel, rowsTensor(a), rowsTensor(b), options);
          domains[solution.domain]++;
          await expectHostPotentials(solution, { geometry, a, b, g0, epsilon, iterations });
          kernel.dispose();
        });
      }),
      { numRuns: 150 },
    );
    // both engines were tried
    expect(Math.min(domains.scaling, domains.log)).toBeGreaterThan(10);
  });

  it("scalings that leave float32 under way go on in the log domain, where a product without mass is zero", async () => {
    const [a, b] = [Float64Array.of(1, 0, 0, 0), rounded(Float64Array.of(0.89, 0, 0, 0.11))];
    await tidily(async () => {
      const kernel = unitGrid([4]).kernel(1e-3);
      const solution = await solveNatively(kernel, rowsTensor([a]), rowsTensor([b]), { iterations: 1, domain: "auto" });
      const host = sinkhornHost(a, b, unitGrid([4]), {
        epsilon: 1e-3,
        maxIterations: 1,
        tolerance: 0,
      });
      expect(solution.domain).toBe("log");
      expectPotential(solution.f.dataSync(), host.f, a);
      expectPotential(solution.g.dataSync(), host.g, b);
      kernel.dispose();
    });
  });

  it("kernel entries that float32 does not hold count where scalings are as large", async () => {
    const [a, b] = [rounded(Float64Array.of(1e-10, 1)), Float64Array.of(0.5, 0.5)];
    const epsilon = 1 / 90; // exp(-90) is no normal float32
    const start = rounded(Float64Array.of(0, -66 * epsilon));
    await tidily(async () => {
      const kernel = unitGrid([2]).kernel(epsilon);
      const run = { iterations: 1, domain: "auto", start: rowsTensor([start]) } as const;
      const solution = await solveNatively(kernel, rowsTensor([a]), rowsTensor([b]), run);
      const initializer = previousSolution(start);
      const host = sinkhornHost(a, b, unitGrid([2]), { epsilon, maxIterations: 1, tolerance: 0, initializer });
      expectPotential(solution.f.dataSync(), host.f, a);
      expectPotential(solution.g.dataSync(), host.g, b);
      kernel.dispose();
    });
  });

  it("scalings at the edge of float32's range: small epsilon on sparse images equals the host", () => {
    const geometry = grid({ size: [24, 31], spacing: [1, 0.5] });
    const far = (left: boolean) =>
      histogram(24 * 31, left ? 1 : 2, 0.5).map((mass, index) => (index % 31 < 15 === left ? mass : 0));
    const normalised = (masses: Float64Array) => {
      const total = masses.reduce((sum, mass) => sum + mass, 0);
      return rounded(masses.map((mass) => mass / total));
    };
    const [a, b] = [normalised(far(true)), normalised(far(false))];
    for (const epsilon of [0.05, 0.3, 0.6, 1, 1.5, 2, 3, 5, 10, 30]) {
      tf.tidy(() => {
        const kernel = geometry.kernel(epsilon);
        const { f, g } = sinkhornIterations(rowsTensor([a]), rowsTensor([b]), kernel, { iterations: 15 });
        const host = sinkhornHost(a, b, geometry, {
          epsilon,
          maxIterations: 15,
          tolerance: 0,
        });
        expectPotential(f.dataSync(), host.f, a);
        expectPotential(g.dataSync(), host.g, b);
        kernel.dispose();
      });
    }
  });

  it("each pair stops by itself; errors, counts and status are those of float64", async () => {
    const geometry = unitGrid([9, 7]);
    const a = rowsTensor([1, 2, 3, 4].map((seed) => randomHistogram(63, seed, 0.2)));
    const b = rowsTensor([5, 6, 7, 4].map((seed) => randomHistogram(63, seed, 0.2))); // the last pair is done at once
    for (const options of [
      {},
      { momentum: 1.4 },
      { maxIterations: 37 },
      { initializer: gaussianTimesNu },
      { initializer: ones, epsilonScaling: { factor: 0.25 } },
    ]) {
      const all = { epsilon: 0.03, tolerance: 1e-4, checkEvery: 5, ...options };
      const native = await sinkhorn(a, b, geometry, all);
      const plain = await sinkhorn(a, b, withoutNative(geometry), { ...all, domain: "log" });
      expect(native).toMatchObject({
        iterations: plain.iterations,
        status: plain.status,
        domain: "scaling",
      });
      // float32 logarithms of up to 100 carry a rounding of 4e-6
      const reached = (errors: readonly number[]) => errors.map((error) => Math.max(error, all.tolerance));
      expect(reached(native.errors)).toBeAllclose(reached(plain.errors), {
        absolute: 5e-6,
        relative: 1e-3,
      });
      for (let pair = 0; pair < 4; pair++) {
        const centred = (potential: tf.Tensor, masses: tf.Tensor) =>
          comparable(
            potential.dataSync().slice(63 * pair, 63 * (pair + 1)),
            Float64Array.from(masses.dataSync().slice(63 * pair, 63 * (pair + 1))),
          );
        // pairs that were done earlier have stopped earlier
        expect(centred(native.f, a)).toBeAllclose(centred(plain.f, a), {
          absolute: 2e-4,
        });
        expect(centred(native.g, b)).toBeAllclose(centred(plain.g, b), {
          absolute: 2e-4,
        });
      }
      tf.dispose([native.f, native.g, plain.f, plain.g]);
    }
    tf.dispose([a, b]);
  });

  it.each([
    ["on scalings", 0.05, [8, 6]],
    ["in the log domain", 0.0008, [8, 6]],
    ["in three dimensions", 0.05, [3, 4, 5]],
    ["in one dimension", 0.01, [40]],
  ] as const)("envelope gradients and the divergence's equal the composed ones %s", (_, epsilon, size) => {
    const geometry = unitGrid(size);
    const [count] = geometry.shape;
    tf.tidy(() => {
      const inputs = [1, 4].map((first) =>
        rowsTensor([first, first + 1, first + 2].map((seed) => randomHistogram(count, seed, 0.3))),
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
        expect([native.value]).toBeAllclose([plain.value], {
          relative: 2e-5,
          absolute: 2e-6,
        });
        expect(native.gradients).toBeAllclose(plain.gradients, {
          relative: 2e-5,
          absolute: 1e-5,
        });
      }
    });
  });

  it("is a constant of the tape, and the unrolled form is not", () => {
    const geometry = unitGrid([4, 3]);
    tf.tidy(() => {
      const kernel = geometry.kernel(0.1);
      const [a, b] = [1, 2].map((seed) => rowsTensor([randomHistogram(12, seed)]));
      const loss = (start: tf.Tensor) => {
        const { g } = sinkhornIterations(a, b, kernel, {
          iterations: 3,
          initializer: previousSolution(start),
        });
        return tf.sum(tf.mul(start, g)) as tf.Scalar;
      };
      const start = rowsTensor([randomNormal(12, 3)]);
      const gradient = tf.grad(loss)(start);
      const { g } = sinkhornIterations(a, b, kernel, {
        iterations: 3,
        initializer: previousSolution(start),
      });
      expect(gradient.dataSync()).toEqual(g.dataSync());
      kernel.dispose();
    });
  });

  it("takes batches of any rank, none at all, integers, and tensors of another backend", async () => {
    const geometry = unitGrid([3, 4]);
    const kernel = geometry.kernel(0.2);
    await useBackend("cpu");
    const a = tf.fill([2, 3, 12], 1 / 12);
    const b = tf.mul(a, 1);
    await useBackend("wasm");
    const { f, g } = sinkhornIterations(a, b, kernel, { iterations: 2 });
    expect([f.shape, g.shape]).toEqual([a.shape, b.shape]);
    expect((await f.data()).every(Number.isFinite)).toBe(true);
    const empty = tf.zeros([0, 12]);
    const none = sinkhornIterations(empty, empty, kernel);
    expect(none.f.shape).toEqual([0, 12]);
    const one = tf.tidy(() => tf.cast(tf.oneHot([3], 12), "int32"));
    const point = sinkhornIterations(one, one, kernel, { iterations: 1 });
    expect((await point.f.data()).filter((value) => value > LOG_ZERO / 2)).toHaveLength(1);
    kernel.dispose();
    tf.dispose([a, b, f, g, empty, none.f, none.g, one, point.f, point.g]);
  });

  it("is correct after the heap has grown", () => {
    const geometry = unitGrid([6, 5]);
    const kernel = geometry.kernel(0.1);
    const [a, b] = [1, 2].map((seed) => rowsTensor([randomHistogram(30, seed)]));
    const run = () => tf.tidy(() => [...sinkhornIterations(a, b, kernel, { iterations: 7 }).g.dataSync()]);
    const before = run();
    const heap = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
    const small = heap();
    const large: tf.Tensor[] = [];
    while (heap() === small) large.push(tf.zeros([1 << 22]));
    expect(run()).toEqual(before);
    kernel.dispose();
    tf.dispose([a, b, ...large]);
  });

  it("unbounded scalings end as non-finite where the user insists on them", async () => {
    const geometry = grid({ size: [60] });
    const left = rowsTensor([Float64Array.from({ length: 60 }, (_, index) => (index < 10 ? 0.1 : 0))]);
    const right = tf.reverse(left, 1);
    const scaling = await sinkhorn(left, right, geometry, {
      epsilon: 0.5,
      domain: "scaling",
    });
    expect(scaling).toMatchObject({ status: "non-finite", domain: "scaling" });
    const auto = await sinkhorn(left, right, geometry, {
      epsilon: 0.5,
      maxIterations: 20,
    });
    expect(auto).toMatchObject({
      status: "max-iterations",
      iterations: 20,
      domain: "log",
    });
    expect(auto.errors.every(Number.isFinite)).toBe(true);
    tf.dispose([left, right, scaling.f, scaling.g, auto.f, auto.g]);
  });

  describe("refuses what would harm memory", () => {
    const problem = () => ({
      epsilon: 1,
      size: [2, 3],
      spacing: [1, 1],
      pairs: 1,
      iterations: 1,
      checkEvery: 0,
      tolerance: 0,
      momentum: 1,
      domain: 0,
      output: 0,
      symmetric: false,
      a: new Float32Array(6).fill(1 / 6),
      b: new Float32Array(6).fill(1 / 6),
      start: undefined,
      f: new Float32Array(6),
      g: new Float32Array(6),
    });
    const run = (change: object) => addon!.sinkhornOnGrid({ ...problem(), ...change });

    it("and takes what would not", () => expect(run({})).toMatchObject({ iterations: 1 }));

    it.each<[what: string, change: object]>([
      ["too few masses", { a: new Float32Array(5) }],
      ["nowhere to write all numbers", { f: new Float32Array(5) }],
      ["more pairs than the tensors hold", { pairs: 2 ** 28 }],
      ["no masses", { a: undefined }],
      ["nowhere to write", { g: undefined }],
      ["masses of another type", { b: new Float64Array(6) }],
      ["no axes", { size: [], spacing: [] }],
      ["four axes", { size: [1, 1, 1, 1], spacing: [1, 1, 1, 1] }],
      ["an empty axis", { size: [0, 3] }],
      ["a missing spacing", { spacing: [1] }],
      ["epsilon 0", { epsilon: 0 }],
      ["no iterations", { iterations: 0 }],
      ["a negative number of pairs", { pairs: -1 }],
      ["momentum 2", { momentum: 2 }],
      ["text for a number", { iterations: "3" }],
    ])("%s", (_, change) => {
      expect(() => run(change)).toThrow();
    });
  });

  describe("in other processes", () => {
    const child = (environment: Record<string, string>) => printedBy<Bits>("sinkhorn-bits", environment);

    it("1, 2 and 8 threads give the same bits", () => expectSameBits("sinkhorn-bits"));

    itOnEachSet("the same numbers as no native code", async (environment) => {
      const [native, without] = await Promise.all([child(environment), child({ OTLEARN_NATIVE: "0" })]);
      expect(native.description!.instructionSet).toBe(environment.OTLEARN_ISA);
      expect(without.description).toBeNull();
      expect(native.sample).toBeAllclose(without.sample, { absolute: 2e-6, relative: 1e-5 });
    });
  });
});
