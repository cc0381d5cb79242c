import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nmf } from "../../../eval/baselines/nmf.ts";
import { pca } from "../../../eval/baselines/pca.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { distance, rampMatrix } from "../../support/ramp-matrix.ts";

/**
 * |X - W H| of the ramp matrix by scikit-learn 1.2.1, `NMF(k, solver="cd", init="nndsvda", tol=1e-10, max_iter=20000)`,
 * float64. Its default stopping rule ends at or above these.
 */
const SKLEARN_ERRORS = [
  [1, 6.290022154602205],
  [2, 5.322220125817203],
  [4, 3.606117706639958],
] as const;

describe("nmf", () => {
  it.each(SKLEARN_ERRORS)("with %s components is as good as scikit-learn's", (components, expected) => {
    const { error, status } = nmf(rampMatrix(), components);
    expect(status).toBe("converged");
    expect(error).toBeLessThan(expected * (1 + 2e-5));
  });

  it("comes as close as wanted", () => {
    const { error } = nmf(rampMatrix(), 4, { tolerance: 1e-13, maxIterations: 5000 });
    expect([error]).toBeAllclose([SKLEARN_ERRORS[2][1]], { relative: 1e-8 });
  });

  it("is nonnegative, reconstructs as it says and never beats PCA with a free mean", () => {
    const matrices = fc
      .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 }))
      .chain(([rows, columns]) => {
        const length = rows * columns;
        return fc
          .array(fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 10, noNaN: true })), {
            minLength: length,
            maxLength: length,
          })
          .filter((values) => values.some((value) => value > 0))
          .map((values) => ndarray(Float64Array.from(values), [rows, columns]));
      });
    fc.assert(
      fc.property(matrices, fc.integer({ min: 1, max: 4 }), (data, k) => {
        const { components, coefficients, reconstructions, error } = nmf(data, k, { maxIterations: 50 });
        for (const { data: values } of [components, coefficients]) {
          expect(values.every((value) => value >= 0 && Number.isFinite(value))).toBe(true);
        }
        const [rows, columns] = data.shape;
        const products = Array.from({ length: rows * columns }, (_, index) => {
          const [m, n] = [Math.floor(index / columns), index % columns];
          return Array.from({ length: k }, (__, r) => coefficients.data[m * k + r] * components.data[r * columns + n]);
        }).map((terms) => terms.reduce((sum, term) => sum + term, 0));
        expect(reconstructions.data).toBeAllclose(products, { relative: 1e-9, absolute: 1e-9 });
        expect(error).toBeCloseTo(distance(reconstructions, data), 9);
        expect(error).toBeGreaterThanOrEqual(distance(pca(data, k).reconstructions, data) - 1e-6);
      }),
      { numRuns: 50 },
    );
  });

  it("recovers data that have such a factorisation, and copes with more components than images", () => {
    const data = ndarray(Float64Array.of(1, 0, 2, 0, 3, 0, 1, 3, 2), [3, 3]);
    expect(nmf(data, 2).error).toBeLessThan(1e-2);
    expect(nmf(data, 5).components.shape).toEqual([5, 3]);
    expect(nmf(data, 5).error).toBeLessThan(1e-2);
  });

  it("says when it stopped early", () => {
    expect(nmf(rampMatrix(), 4, { maxIterations: 2 })).toMatchObject({
      status: "max-iterations",
      iterations: 2,
      tolerance: 1e-8,
    });
  });

  it("refuses negative data and data of zeros", () => {
    expect(() => nmf(ndarray(Float64Array.of(1, -2), [2, 1]), 1)).toThrow("got an entry -2");
    expect(() => nmf(ndarray(new Float64Array(4), [2, 2]), 1)).toThrow(InputError);
    expect(() => nmf(rampMatrix(), 0)).toThrow("expected 1 or more components, got 0");
  });
});
