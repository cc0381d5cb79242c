import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { denseGeometry, type DenseGeometry } from "../../../../src/geometry/dense.ts";
import { grid } from "../../../../src/geometry/grid.ts";
import { nativeStatus } from "../../../../src/native/loader.ts";
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
import { randomNormal } from "../../../support/problems.ts";
import { hostFactors, nativeFactors } from "../../../support/factors.ts";
import { dataTerm, randomFactors, randomRows } from "../../../support/wdl.ts";

const { addon, detail } = nativeStatus();

/** Euclidean distances of random points in the plane; more by a random share where they are not symmetric. */
function randomCost(n: number, seed: number, symmetric: boolean): DenseGeometry {
  const [x, y, extra] = [randomNormal(n, seed), randomNormal(n, seed + 1), randomNormal(n * n, seed + 2)];
  const cost = extra.map((value, index) => {
    const [i, j] = [Math.floor(index / n), index % n];
    return Math.hypot(x[i] - x[j], y[i] - y[j]) * (symmetric ? 1 : 1 + Math.abs(value));
  });
  return denseGeometry(cost, [n, n]);
}

/** Every distance of a grid as a matrix. */
const matrixOf = (size: readonly number[]): DenseGeometry => denseGeometry(grid({ size }).costMatrix());

describe.skipIf(!addon)(
  addon ? "native engine, dense costs" : `native engine, dense costs (skipped: ${detail})`,
  () => {
    const sizes: readonly [points: number, atoms: number][] = [
      [1, 2],
      [2, 3],
      [15, 1],
      [16, 2],
      [17, 5],
      [33, 15],
      [100, 3],
      [257, 2],
    ];
    const cases = sizes.flatMap(([points, atoms]) =>
      Object.keys(VARIANTS).map((variant) => [points, atoms, variant] as const),
    );
    describe.each(cases)("of %i points, with %i atoms, %s", (pixels, atoms, variant) => {
      const options = { epsilon: 0.4, iterations: 6, ...variantOptions(variant, 0.4) };
      const geometry = randomCost(pixels, 3, options.debiased ?? false);
      const factors = withEdges(randomFactors(3, atoms, pixels, 5), atoms, options.rho);
      const points = factors.weights.length / atoms;

      it.each(LOSSES)("equals the host's for %s", async (loss) => {
        const term = dataTerm(loss, geometry, 0.4, randomRows(points, pixels, 8));
        await expectSame(native(geometry, options), hostFactors(geometry, options), {
          factors,
          term,
          pixels,
          options,
        });
      });

      it("equals the host's from a warm start", async () => {
        const term = dataTerm("kl", geometry, 0.4, randomRows(points, pixels, 8));
        const host = hostFactors(geometry, options);
        const start = await host.logScalings(factors, undefined);
        await expectSame(native(geometry, options), host, { factors, start, term, pixels, options });
      });
    });

    it("equals the host's for random problems", async () => {
      const problems = fc.record({
        pixels: fc.integer({ min: 1, max: 80 }),
        symmetric: fc.boolean(),
        atoms: fc.integer({ min: 1, max: 4 }),
        points: fc.integer({ min: 1, max: 20 }),
        epsilon: fc.double({ min: 0.02, max: 10, noNaN: true }),
        iterations: fc.integer({ min: 1, max: 12 }),
        loss: fc.constantFrom(...LOSSES),
        seed: fc.integer({ min: 0, max: 1e6 }),
        warm: fc.boolean(),
        variant: fc.constantFrom(...Object.keys(VARIANTS)),
        zeroShare: fc.constantFrom(0, 0.3),
      });
      await fc.assert(
        fc.asyncProperty(problems, async ({ pixels, symmetric, atoms, points, seed, warm, variant, ...drawn }) => {
          const { epsilon, iterations, loss, zeroShare } = drawn;
          const options = { epsilon, iterations, ...variantOptions(variant, epsilon) };
          const geometry = randomCost(pixels, seed, symmetric || options.debiased === true);
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

    /** Most entries of such a kernel are left out, and at small epsilon float64 or the log domain takes over. */
    const range = [0.1, 1, 20].flatMap((epsilon) =>
      Object.keys(VARIANTS).map((variant) => [epsilon, variant] as const),
    );
    describe.each(range)("stays in range at epsilon %d, %s", (epsilon, variant) => {
      const geometry = matrixOf([9, 21]);
      const [atoms, pixels] = [discs, 189];
      const given = variantOptions(variant, epsilon);
      const outside = given.rho === Infinity ? [1.3, -0.3, 3, -2] : [1.3, 0, 3, 2]; // of the simplex
      const weights = Float64Array.of(0.5, 0.5, 0.9, 0.1, 1, 0, 0, 1, ...outside);

      it.each([
        ["cold", 15, false],
        ["warm-started", 5, true],
      ])("%s", async (_, iterations, warm) => {
        const options = { epsilon, iterations, ...given };
        const exact = hostFactors(geometry, { ...options, domain: "log" });
        const start = warm ? await exact.logScalings({ atoms, weights }, undefined) : undefined;
        const term = dataTerm("kl", geometry, epsilon, randomRows(6, pixels, 3, 0.5));
        await expectSame(native(geometry, options), exact, {
          factors: { atoms, weights },
          start,
          term,
          pixels,
          options,
        });
      });
    });

    it("gives what the grid of the same costs gives", async () => {
      const options = { epsilon: 2, iterations: 8 };
      const factors = randomFactors(40, 3, 16 * 13, 5);
      const [line, matrix] = [native(grid({ size: [16, 13] }), options), native(matrixOf([16, 13]), options)];
      expect(relativeNorm(await matrix.barycenters(factors), await line.barycenters(factors))).toBeLessThan(1e-6);
    });

    it("gives a point the same bits alone and among others", async () => {
      const options = { epsilon: 0.3, iterations: 6 };
      const operator = native(randomCost(70, 9, false), options);
      const { atoms, weights } = randomFactors(23, 3, 70, 5);
      const together = await operator.barycenters({ atoms, weights });
      for (const point of [0, 7, 22]) {
        const alone = await operator.barycenters({ atoms, weights: weights.subarray(3 * point, 3 * point + 3) });
        expect(alone).toEqual(together.subarray(70 * point, 70 * point + 70));
      }
    });

    it("does not take a cost that is not square", () => {
      const cost = denseGeometry(new Float64Array(6), [2, 3]);
      expect(nativeFactors(cost, { epsilon: 1, iterations: 1 })).toBeUndefined();
    });
  },
);
