import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Geometry } from "../../../../src/geometry/geometry.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { nativeStatus } from "../../../../src/native/loader.ts";
import { sizeOf } from "../../../../src/tensor/ndarray.ts";
import type { BarycenterOptions } from "../../../../src/transport/barycenter/options.ts";
import { relativeNorm } from "../../../support/allclose.ts";
import {
  discs,
  expectSame,
  LOSSES,
  native,
  VARIANTS,
  variantOptions,
  withEdges,
} from "../../../support/barycenter-engines.ts";
import { hostFactors, nativeFactors } from "../../../support/factors.ts";
import { dataTerm, randomFactors, randomRows } from "../../../support/wdl.ts";

const { addon, detail } = nativeStatus();

describe.skipIf(!addon)(addon ? "native engine" : `native engine (skipped: ${detail})`, () => {
  const shapes: readonly [size: readonly number[], atoms: number][] = [
    [[33], 3],
    [[1, 33], 2],
    [[33, 1], 2],
    [[7, 33], 3],
    [[16, 16], 5],
    [[31, 65], 1],
    [[1], 2],
    [[9, 6, 5], 3],
    [[3, 18, 2], 2],
  ];

  const cases = shapes.flatMap(([size, atoms]) =>
    Object.keys(VARIANTS).map((variant) => [size, atoms, variant] as const),
  );
  describe.each(cases)("on %j with %i atoms, %s", (size, atoms, variant) => {
    const geometry = grid({ size });
    const pixels = geometry.shape[0];
    const options = { epsilon: 2, iterations: 7, ...variantOptions(variant, 2) };
    const factors = withEdges(randomFactors(3, atoms, pixels, 5), atoms, options.rho);
    const points = factors.weights.length / atoms;

    it.each(LOSSES)("equals the host's for %s", async (loss) => {
      const term = dataTerm(loss, geometry, 2, randomRows(points, pixels, 8));
      await expectSame(native(geometry, options), hostFactors(geometry, options), { factors, term, pixels, options });
    });

    it("equals the host's from a warm start", async () => {
      const term = dataTerm("kl", geometry, 2, randomRows(points, pixels, 8));
      const host = hostFactors(geometry, options);
      const start = await host.logScalings(factors, undefined);
      await expectSame(native(geometry, options), host, { factors, start, term, pixels, options });
    });
  });

  const spaced = [grid({ size: [9, 14], spacing: [0.5, 1.3] }), grid({ size: [7, 3, 6], spacing: [0.5, 2, 1.3] })];
  const spacedCases = spaced.flatMap((geometry) =>
    Object.keys(VARIANTS).map((variant) => [geometry.size, variant, geometry] as const),
  );
  it.each(spacedCases)("takes a spacing and pixels without mass, on %j, %s", async (_, variant, geometry) => {
    const pixels = 126;
    const options = { epsilon: 3, iterations: 10, ...variantOptions(variant, 3) };
    const factors = withEdges(randomFactors(2, 3, pixels, 15, 0.5), 3, options.rho);
    for (const loss of LOSSES) {
      const term = dataTerm(loss, geometry, 3, randomRows(5, pixels, 18, 0.3));
      await expectSame(native(geometry, options), hostFactors(geometry, options), { factors, term, pixels, options });
    }
  });

  it("equals the host's for random problems", async () => {
    const problems = fc.record({
      size: fc
        .array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 3 })
        .filter((size) => sizeOf(size) <= 1000),
      atoms: fc.integer({ min: 1, max: 4 }),
      points: fc.integer({ min: 1, max: 20 }),
      epsilon: fc.double({ min: 0.3, max: 50, noNaN: true }),
      iterations: fc.integer({ min: 1, max: 12 }),
      loss: fc.constantFrom(...LOSSES),
      seed: fc.integer({ min: 0, max: 1e6 }),
      warm: fc.boolean(),
      variant: fc.constantFrom(...Object.keys(VARIANTS)),
      zeroShare: fc.constantFrom(0, 0.3),
    });
    await fc.assert(
      fc.asyncProperty(problems, async ({ size, atoms, points, seed, warm, variant, zeroShare, ...drawn }) => {
        const { epsilon, iterations, loss } = drawn;
        const geometry = grid({ size });
        const pixels = geometry.shape[0];
        const options = { epsilon, iterations, ...variantOptions(variant, epsilon) };
        const factors = randomFactors(points, atoms, pixels, seed, zeroShare);
        const host = hostFactors(geometry, options);
        const start = warm
          ? await host.logScalings(randomFactors(points, atoms, pixels, seed + 1), undefined)
          : undefined;
        // the slope of |p - x| jumps at p = x, which one pixel or a single atom may meet exactly
        const data = randomRows(points, pixels, seed + 50).map((mass) => (loss === "tv" ? 0.7 * mass : mass));
        const term = dataTerm(loss, geometry, epsilon, data);
        await expectSame(native(geometry, options), host, { factors, start, term, pixels, options });
      }),
      { numRuns: 60 },
    );
  });

  /** Against log-sum-exp throughout, which leaves the range for no epsilon. */
  const range = [0.1, 0.25, 0.5, 1, 2, 4, 7, 20, 50].flatMap((epsilon) =>
    Object.keys(VARIANTS).map((variant) => [epsilon, variant] as const),
  );
  describe.each(range)("stays in range at epsilon %d, %s", (epsilon, variant) => {
    const geometry = grid({ size: [9, 21] });
    const [atoms, pixels] = [discs, 189];
    const given = variantOptions(variant, epsilon);
    const outside = given.rho === Infinity ? [1.3, -0.3, 3, -2] : [1.3, 0, 3, 2]; // of the simplex
    const weights = Float64Array.of(0.5, 0.5, 0.9, 0.1, 1, 0, 0, 1, ...outside);
    const data = randomRows(6, pixels, 3, 0.5);

    it.each([
      ["cold", 15, false],
      ["warm-started", 5, true],
    ])("%s", async (_, iterations, warm) => {
      const options = { epsilon, iterations, ...given };
      const exact = hostFactors(geometry, { ...options, domain: "log" });
      const start = warm ? await exact.logScalings({ atoms, weights }, undefined) : undefined;
      const term = dataTerm("kl", geometry, epsilon, data);
      await expectSame(native(geometry, options), exact, { factors: { atoms, weights }, start, term, pixels, options });
    });

    it("after many warm starts", async () => {
      const options = { epsilon, iterations: 2, ...given };
      const factors = { atoms, weights };
      const [operator, exact] = [native(geometry, options), hostFactors(geometry, { ...options, domain: "log" })];
      let [mine, other]: (Float32Array | undefined)[] = [undefined, undefined];
      for (let restart = 0; restart < 25; restart++) {
        mine = await operator.logScalings(factors, mine);
        other = await exact.logScalings(factors, other);
      }
      const images = await exact.barycenters(factors, other);
      expect(relativeNorm(await operator.barycenters(factors, mine), images)).toBeLessThan(1e-4);
    });
  });

  it("leaves float32 where negative weights take the barycenter, but no scaling, out of its range", async () => {
    const geometry = grid({ size: [9, 21] });
    const options = { epsilon: 4, iterations: 5 };
    const factors = { atoms: discs, weights: Float64Array.of(6, -5) };
    const exact = hostFactors(geometry, { ...options, domain: "log" });
    const expected = await exact.logScalings(factors, undefined);
    expect(Math.max(...expected)).toBeGreaterThan(88); // exp(88) is the largest float32
    expect(await native(geometry, options).logScalings(factors, undefined)).toBeAllclose(expected, { relative: 1e-6 });
  });

  it("refuses values that are not masses or weights, as the host does", async () => {
    const geometry = grid({ size: [4] });
    const operator = native(geometry, { epsilon: 1, iterations: 2 });
    const atoms = Float64Array.of(0.25, 0.25, 0.25, 0.25);
    const weights = Float64Array.of(1);
    await expect(operator.barycenters({ atoms: atoms.map(() => NaN), weights })).rejects.toThrow(/atoms must be >= 0/);
    await expect(operator.barycenters({ atoms, weights: Float64Array.of(NaN) })).rejects.toThrow(/must be finite/);
  });

  it("of no data points is empty", async () => {
    const operator = native(grid({ size: [4] }), { epsilon: 1, iterations: 2 });
    const atoms = new Float64Array(4).fill(0.25);
    expect(await operator.barycenters({ atoms, weights: new Float64Array(0) })).toHaveLength(0);
  });

  it("gives the same bits when called again, with another number of atoms between", async () => {
    const geometry = grid({ size: [7, 33] });
    const operator = native(geometry, { epsilon: 2, iterations: 5 });
    const term = dataTerm("kl", geometry, 2, randomRows(4, 231, 8));
    const factors = randomFactors(4, 3, 231, 5);
    const first = await operator.lossAndGradient(factors, undefined, term);
    await operator.lossAndGradient(randomFactors(4, 2, 231, 6), undefined, term);
    expect(await operator.lossAndGradient(factors, undefined, term)).toEqual(first);
  });

  it("pulls back the slopes of losses that are not native", async () => {
    const geometry = grid({ size: [5, 4] });
    const pixels = 20;
    const options = { epsilon: 2, iterations: 5 };
    const factors = randomFactors(2, 2, 20, 5);
    const term = dataTerm("wasserstein-normalized", geometry, 2, randomRows(2, 20, 8));
    await expectSame(native(geometry, options), hostFactors(geometry, options), { factors, term, pixels, options });
  });
});

describe("cases that the native kernels do not cover", () => {
  const plane = grid({ size: [4, 4] });
  const options = { epsilon: 1, iterations: 2 };

  it.each<[name: string, geometry: Geometry, options: BarycenterOptions]>([
    ["a domain that was asked for", plane, { ...options, domain: "log" }],
  ])("%s", (_, geometry, given) => {
    expect(nativeFactors(geometry, given)).toBeUndefined();
  });
});
