import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dot, rowProducts } from "../../../eval/baselines/linear-dictionary.ts";
import { nonnegativeLeastSquares } from "../../../eval/baselines/nnls.ts";

function solve(components: readonly Float64Array[], sample: Float64Array): Float64Array {
  const [cross] = rowProducts([sample], components);
  return nonnegativeLeastSquares(rowProducts(components, components), cross, dot(sample, sample));
}

describe("nonnegativeLeastSquares", () => {
  it("is the unconstrained solution where that is nonnegative", () => {
    const components = [Float64Array.of(1, 0, 1), Float64Array.of(0, 1, 1)];
    const sample = Float64Array.of(2, 3, 5);
    expect(solve(components, sample)).toBeAllclose([2, 3], { relative: 1e-8 });
  });

  it("leaves out what could only be taken away", () => {
    // without the bound: (5/3, -1/3); with it, the projection on the first alone
    const components = [Float64Array.of(1, 1, 0), Float64Array.of(0, 1, 1)];
    expect(solve(components, Float64Array.of(2, 1, 0))).toBeAllclose([1.5, 0], { relative: 1e-8 });
    expect(solve([Float64Array.of(1, 2)], Float64Array.of(-1, -1))).toBeAllclose([0]);
  });

  it("meets the conditions of optimality, with components of zeros and dependent ones too", () => {
    const entries = (length: number) =>
      fc
        .array(fc.integer({ min: 0, max: 4 }), { minLength: length, maxLength: length })
        .map(Float64Array.from.bind(Float64Array));
    const problems = fc.tuple(fc.array(entries(5), { minLength: 1, maxLength: 4 }), entries(5));
    fc.assert(
      fc.property(problems, ([components, sample]) => {
        const weights = solve(components as Float64Array[], sample as Float64Array);
        const residual = (sample as Float64Array).map(
          (value, n) =>
            value - components.reduce((sum, component, r) => sum + weights[r] * (component as Float64Array)[n], 0),
        );
        const scale = 1 + Math.max(...(sample as Float64Array));
        components.forEach((component, r) => {
          const slope = dot(component as Float64Array, residual); // of -1/2 |residual|^2 along the weight
          expect(weights[r]).toBeGreaterThanOrEqual(0);
          expect(slope).toBeLessThan(1e-6 * scale);
          expect(Math.abs(slope * weights[r])).toBeLessThan(1e-5 * scale);
        });
      }),
      { numRuns: 300 },
    );
  });
});
