import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Factors } from "../../../../models/wdl/factors.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import type { Geometry } from "../../../../src/geometry/geometry.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { chooseBarycenterEngine } from "../../../../src/transport/barycenter/choose.ts";
import { barycenterGradientCost } from "../../../../src/transport/barycenter/cost.ts";
import { webgpuEngine } from "../../../../src/transport/barycenter/engine-webgpu.ts";
import { barycenterOperator } from "../../../../src/transport/barycenter/operator.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "../../../../src/transport/barycenter/options.ts";
import { atOnce } from "../../../../src/transport/barycenter/pieces.ts";
import { countLaunches, submit } from "../../../../src/webgpu/launch.ts";
import { lowerLimits } from "../../../../src/webgpu/limits.ts";
import { relativeNorm } from "../../../support/allclose.ts";
import { backends } from "../../../support/backends.ts";
import { discs, expectSame, LOSSES, VARIANTS, variantOptions, withEdges } from "../../../support/barycenter-engines.ts";
import { hostFactors, hostOperator, webgpuFactors, type FactorOperator } from "../../../support/factors.ts";
import { dataTerm, randomFactors, randomRows } from "../../../support/wdl.ts";

/** What a device is given, so that both sides compute the same problem: a power mean of power 1e-4 multiplies rounding by 1e4. */
function rounded({ atoms, weights }: Factors): Factors {
  return { atoms: atoms.map(Math.fround), weights: weights.map(Math.fround) };
}

const NAMES = Object.keys(VARIANTS).filter((name) => name !== "almost balanced");

describe.skipIf(!backends.includes("webgpu"))("WGSL engine", () => {
  beforeAll(async () => void (await useBackend("webgpu")));
  // small tiles, of which small problems have many, and which a software adapter compiles faster
  beforeEach(() => lowerLimits({ maxComputeWorkgroupStorageSize: 4096 }));
  afterEach(() => lowerLimits({}));

  const cases: readonly [size: readonly number[], atoms: number, variants: readonly string[]][] = [
    [[33], 3, NAMES],
    [[7, 33], 3, ["plain", "heavy-ball and unbalanced", "debiased"]],
    [[40, 70], 1, ["plain"]],
    [[9, 6, 5], 3, ["plain", "heavy-ball and unbalanced", "debiased"]],
    [[1], 2, ["plain", "debiased"]],
  ];
  describe.each(cases)("on %j with %i atoms", (size, atoms, variants) => {
    const geometry = grid({ size });
    const pixels = geometry.shape[0];

    it.each(variants)("equals the host's, cold and warm: %s", async (variant) => {
      const options = { epsilon: 2, iterations: 6, ...variantOptions(variant, 2) };
      const factors = rounded(withEdges(randomFactors(3, atoms, pixels, 5), atoms, options.rho));
      const points = factors.weights.length / atoms;
      const term = dataTerm("kl", geometry, 2, randomRows(points, pixels, 8));
      const host = hostFactors(geometry, options);
      const mine = webgpuFactors(geometry, options);
      await expectSame(mine, host, { factors, term, pixels, options });
      const start = await host.logScalings(factors, undefined);
      await expectSame(mine, host, { factors, start, term, pixels, options });
    });
  });

  /** Those are 1 / power, 1e4, times what the differences between them are. */
  it("equals the host's for a power mean of power 1e-4, but for the gradient of the weights", async () => {
    const geometry = grid({ size: [33] });
    const options = { epsilon: 2, iterations: 6, ...variantOptions("almost balanced", 2) };
    const factors = rounded(randomFactors(3, 3, 33, 5));
    const term = dataTerm("kl", geometry, 2, randomRows(3, 33, 8));
    const [mine, host] = [webgpuFactors(geometry, options), hostFactors(geometry, options)];
    expect(relativeNorm(await mine.barycenters(factors), await host.barycenters(factors))).toBeLessThan(1e-5);
    const [own, other] = [
      await mine.lossAndGradient(factors, undefined, term),
      await host.lossAndGradient(factors, undefined, term),
    ];
    expect([own.value]).toBeAllclose([other.value], { relative: 1e-5, absolute: 0 });
    expect(relativeNorm(own.gradient.atoms, other.gradient.atoms)).toBeLessThan(1e-4);
  });

  it.each(["plain", "unbalanced", "debiased"])("takes a spacing and pixels without mass, %s", async (variant) => {
    const geometry = grid({ size: [9, 14], spacing: [0.5, 1.3] });
    const pixels = 126;
    const options = { epsilon: 3, iterations: 10, ...variantOptions(variant, 3) };
    const factors = rounded(withEdges(randomFactors(2, 3, pixels, 15, 0.5), 3, options.rho));
    const [mine, host] = [webgpuFactors(geometry, options), hostFactors(geometry, options)];
    for (const loss of LOSSES) {
      const term = dataTerm(loss, geometry, 3, randomRows(5, pixels, 18, 0.3));
      await expectSame(mine, host, { factors, term, pixels, options });
    }
  });

  /** A cost that differs from its transpose. */
  const skewed = (n: number) =>
    denseGeometry(
      Float64Array.from({ length: n * n }, (_, at) => {
        const [row, column] = [Math.floor(at / n), at % n];
        return (row - column) ** 2 / 20 + (row < column ? 0.5 : 0);
      }),
      [n, n],
    );

  it.each(["plain", "heavy-ball and unbalanced", "debiased"])("takes a cost that is a matrix, %s", async (variant) => {
    const geometry = variant === "debiased" ? denseGeometry(grid({ size: [9, 5] }).costMatrix()) : skewed(45);
    const options = { epsilon: 2, iterations: 6, ...variantOptions(variant, 2) };
    const factors = rounded(withEdges(randomFactors(2, 3, 45, 15, 0.2), 3, options.rho));
    const term = dataTerm("kl", geometry, 2, randomRows(5, 45, 18));
    await expectSame(webgpuFactors(geometry, options), hostFactors(geometry, options), {
      factors,
      term,
      pixels: 45,
      options,
    });
  });

  /** Atoms of which float32 kernels do not reach from one to the other, against log-sum-exp throughout. */
  const range = [0.5, 1, 4].flatMap((epsilon) =>
    ["plain", "unbalanced", "debiased"].map((variant) => [epsilon, variant] as const),
  );
  it.each(range)("stays in range at epsilon %d, %s", async (epsilon, variant) => {
    const geometry = grid({ size: [9, 21] });
    const given = variantOptions(variant, epsilon);
    const options: BarycenterOptions = { epsilon, iterations: 8, ...given };
    const outside = given.rho === Infinity ? [1.3, -0.3] : [1.3, 0];
    const factors = rounded({ atoms: discs, weights: Float64Array.of(0.5, 0.5, 0.9, 0.1, 1, 0, ...outside) });
    const term = dataTerm("kl", geometry, epsilon, randomRows(4, 189, 3, 0.5));
    const exact = hostFactors(geometry, { ...options, domain: "log" });
    const mine = webgpuFactors(geometry, options);
    // logarithms up to cost / epsilon are rounded in their seventh digit
    const rounding = Math.max(1e-5, (1e-6 * geometry.maxCost) / epsilon);
    const images = await exact.barycenters(factors);
    expect(relativeNorm(await mine.barycenters(factors), images)).toBeLessThan(rounding);
    expect(await mine.logScalings(factors)).toBeAllclose(await exact.logScalings(factors), {
      relative: 1e-5,
      absolute: rounding,
    });
    const [own, other] = [
      await mine.lossAndGradient(factors, undefined, term),
      await exact.lossAndGradient(factors, undefined, term),
    ];
    expect([own.value]).toBeAllclose([other.value], { relative: rounding, absolute: 0 });
    const masses = (slopes: Float64Array) => slopes.map((slope, i) => (discs[i] > 0 ? slope : 0));
    expect(relativeNorm(masses(own.gradient.atoms), masses(other.gradient.atoms))).toBeLessThan(10 * rounding);
  });

  describe("whatever data points are grouped", () => {
    const geometry = grid({ size: [7, 33] });
    const pixels = 231;
    const factors = randomFactors(5, 3, pixels, 5, 0.2);
    const term = dataTerm("kl", geometry, 2, randomRows(5, pixels, 8));
    const everything = async (operator: FactorOperator, start?: Float32Array) => ({
      gradients: await operator.lossAndGradient(factors, start, term),
      barycenters: await operator.barycenters(factors, start),
      logScalings: await operator.logScalings(factors, start),
    });

    it.each(["plain", "heavy-ball", "debiased"])("gives the same bits: %s", async (variant) => {
      const options = { epsilon: 2, iterations: 7, ...variantOptions(variant, 2) };
      const expected = await everything(webgpuFactors(geometry, options));
      expect(await everything(webgpuFactors(geometry, options))).toEqual(expected);
      // a field of two data points and no more; then one data point, and segments of its iterations
      lowerLimits({ maxComputeWorkgroupStorageSize: 4096, maxStorageBufferBindingSize: 2 * 4 * 3 * pixels });
      expect(await everything(webgpuFactors(geometry, options))).toEqual(expected);
      expect(await everything(webgpuFactors(geometry, options, 1))).toEqual(expected);
      lowerLimits({ maxComputeWorkgroupStorageSize: 4096, maxComputeWorkgroupsPerDimension: 3 });
      expect(await everything(webgpuFactors(geometry, options, 1), expected.logScalings)).toEqual(
        await everything(webgpuFactors(geometry, options), expected.logScalings),
      );
    });
  });

  it.each([{ heavyBall: -0.1 }, { debiased: true }])(
    "is chosen, reports errors as the host, leaks nothing: %j",
    async (more) => {
      const geometry: Geometry = grid({ size: [33] });
      const options = { epsilon: 2, iterations: 6, ...more };
      const engine = chooseBarycenterEngine(geometry, options);
      expect(engine.name).toMatch(/^webgpu float32/);
      const operator = barycenterOperator(engine);
      const { atoms, weights } = rounded(randomFactors(2, 3, 33, 5, 0.2));
      const inputs = { atoms: ndarray(atoms, [3, 33]), weights: ndarray(weights, [2, 3]) };
      const host = hostOperator(geometry, options);
      const term = dataTerm("wasserstein-normalized", geometry, 2, randomRows(2, 33, 8));
      await operator.lossAndGradient(inputs, term);
      submit();
      const before = { ...(tf.memory() as tf.MemoryInfo & { numBytesInGPU: number }) };
      for (let repeat = 0; repeat < 3; repeat++) {
        const [mine, other] = [await operator.solve(inputs), await host.solve(inputs)];
        expect(mine.errors).toBeAllclose(other.errors, { relative: 1e-4, absolute: 1e-6 });
        expect(mine.iterations).toEqual(other.iterations);
        const [found, expected] = [
          await operator.lossAndGradient(inputs, term),
          await host.lossAndGradient(inputs, term),
        ];
        expect(relativeNorm(found.gradient.atoms, expected.gradient.atoms)).toBeLessThan(1e-4);
      }
      submit();
      expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytesInGPU: before.numBytesInGPU });
      engine.dispose();
      submit();
      expect((tf.memory() as typeof before).numBytesInGPU).toBeLessThan(before.numBytesInGPU);
    },
  );

  it.each([2 ** 29, 1])("costs what is counted, within %i bytes", async (keptBytes) => {
    const geometry = grid({ size: [7, 33] });
    const [points, atoms, iterations] = [3, 2, 5];
    const options = { epsilon: 2, iterations };
    const engine = webgpuEngine(geometry, resolveBarycenterOptions(options), { keptBytes })!;
    const { atoms: data, weights } = randomFactors(points, atoms, 231, 5);
    const inputs = {
      atoms: tf.tensor(Float32Array.from(data), [atoms, 231]),
      weights: tf.tensor(Float32Array.from(weights), [points, atoms]),
    };
    const term = dataTerm("kl", geometry, 2, randomRows(points, 231, 8));
    const { result, launches } = countLaunches(() => atOnce(engine.lossAndGradient(inputs, term)!));
    const counted = barycenterGradientCost(geometry, { epsilon: 2, iterations }, { points, atoms }, keptBytes);
    expect(counted.launches).toBe(launches);
    tf.dispose([{ ...inputs }, { ...result }]);
    engine.dispose();
  });

  it("of no data points is empty; a loss without mass is infinite", async () => {
    const geometry = grid({ size: [4] });
    const operator = webgpuFactors(geometry, { epsilon: 1, iterations: 2 });
    const atoms = new Float64Array(4).fill(0.25);
    expect(await operator.barycenters({ atoms, weights: new Float64Array(0) })).toHaveLength(0);
    const weights = Float64Array.of(1e4);
    const term = dataTerm("tv", geometry, 1, randomRows(1, 4, 8));
    const { value, gradient } = await operator.lossAndGradient({ atoms, weights }, undefined, term);
    expect(value).toBe(Infinity);
    expect(gradient.atoms).toBeAllclose([0, 0, 0, 0]);
  });
});
