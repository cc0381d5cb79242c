import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { grid, unitGrid } from "../../../src/geometry/grid.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { sinkhornDivergenceHost } from "../../../src/transport/divergence-host.ts";
import { points, randomHistogram } from "../../support/problems.ts";
import { centred, reference, type DivergenceReference } from "../../support/reference.ts";

for (const pair of reference<DivergenceReference>("sinkhorn_divergence").pairs) {
  const cost = pair.cost === "squared Euclidean" ? "squared-euclidean" : "euclidean";
  const x = points(pair.x);
  const y = points(pair.y);
  const geometries = { xy: pointCloud(x, y, { cost }), xx: pointCloud(x, x, { cost }), yy: pointCloud(y, y, { cost }) };
  const a = Float64Array.from(pair.a);
  const b = Float64Array.from(pair.b);

  describe.each(pair.solutions)(`${pair.name}, epsilon $epsilon`, (solution) => {
    it("value, terms and gradients are the reference's", () => {
      const result = sinkhornDivergenceHost(a, b, geometries, { epsilon: solution.epsilon, tolerance: 1e-13 });
      const { ab, aa, bb } = result.terms;
      const expected = [solution.divergence, solution.otAB, solution.otAA, solution.otBB];
      expect([result.divergence, ab, aa, bb]).toBeAllclose(expected, { relative: 1e-9, absolute: 1e-13 });
      expect(centred(result.gradientA)).toBeAllclose(solution.gradientA);
      expect(centred(result.gradientB)).toBeAllclose(solution.gradientB);
    });
  });
}

it("is not negative, symmetric, and zero for equal histograms", () => {
  const geometry = unitGrid([4, 3]);
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0.01, max: 1, noNaN: true }), (seed, epsilon) => {
      const a = randomHistogram(12, seed, 0.2);
      const b = randomHistogram(12, seed + 1, 0.2);
      const value = (p: Float64Array, q: Float64Array): number =>
        sinkhornDivergenceHost(p, q, geometry, { epsilon, tolerance: 1e-11 }).divergence;
      expect(value(a, b)).toBeGreaterThan(0);
      expect([value(b, a)]).toBeAllclose([value(a, b)]);
      expect([value(a, a)]).toBeAllclose([0], { absolute: 1e-7 }); // alternating updates stall for a = b
    }),
    { numRuns: 15 },
  );
});

it("integers as masses have the divergence of the same numbers in float64", () => {
  const line = grid({ size: [3] });
  const of = (a: ArrayLike<number>, b: ArrayLike<number>) => sinkhornDivergenceHost(a, b, line, { epsilon: 0.5 });
  const expected = of(Float64Array.of(2, 1, 1), Float64Array.of(1, 1, 2));
  expect(expected.divergence).toBeCloseTo(1.4728, 4);
  expect(of(Int32Array.of(2, 1, 1), Int32Array.of(1, 1, 2))).toEqual(expected);
  expect(of(Float32Array.of(2, 1, 1), Uint8Array.of(1, 1, 2))).toEqual(expected);
  expect(of([2, 1, 1], [1, 1, 2])).toEqual(expected);
});

it("rejects unequal totals", () => {
  const run = (): unknown =>
    sinkhornDivergenceHost(Float64Array.of(1, 1), Float64Array.of(1, 2), unitGrid([2]), { epsilon: 1 });
  expect(run).toThrow(InputError);
});
