import { describe, expect, it } from "vitest";
import { pca } from "../../../eval/baselines/pca.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray, type NdArray } from "../../../src/tensor/ndarray.ts";
import { distance, rampMatrix } from "../../support/ramp-matrix.ts";

/** |X - reconstruction| of the ramp matrix by scikit-learn 1.2.1, `PCA(k)`, float64. */
const SKLEARN_ERRORS = [
  [1, 5.330016946909789],
  [2, 4.394172866309824],
  [4, 2.9535291684494918],
] as const;

function transposed({ shape: [rows, columns], data }: NdArray<Float64Array>): NdArray<Float64Array> {
  const swapped = Float64Array.from(data, (_, index) => data[(index % rows) * columns + Math.floor(index / rows)]);
  return ndarray(swapped, [columns, rows]);
}

describe("pca", () => {
  it.each(SKLEARN_ERRORS)("with %s components has scikit-learn's error", (components, expected) => {
    const data = rampMatrix();
    expect([distance(pca(data, components).reconstructions, data)]).toBeAllclose([expected], { relative: 1e-10 });
  });

  it("gives orthonormal components, wide or tall, with their largest entry positive", () => {
    for (const data of [rampMatrix(), transposed(rampMatrix())]) {
      const { components } = pca(data, 3);
      const rows = [0, 1, 2].map((r) => [...components.data.subarray(r * data.shape[1], (r + 1) * data.shape[1])]);
      const products = rows.map((row) => rows.map((other) => row.reduce((sum, value, n) => sum + value * other[n], 0)));
      expect(products).toBeAllclose([1, 0, 0, 0, 1, 0, 0, 0, 1], { absolute: 1e-10 });
      for (const row of rows) expect(Math.max(...row)).toBeGreaterThan(-Math.min(...row));
    }
  });

  it("reconstructs as mean plus coefficients times components", () => {
    const data = rampMatrix();
    const { mean, coefficients, components, reconstructions } = pca(data, 2);
    const expected = data.data.map((_, index) => {
      const [m, n] = [Math.floor(index / 30), index % 30];
      return (
        mean.data[n] +
        coefficients.data[2 * m] * components.data[n] +
        coefficients.data[2 * m + 1] * components.data[30 + n]
      );
    });
    expect(reconstructions.data).toBeAllclose(expected, { relative: 1e-12 });
  });

  it("keeps the images' shape and gives no more components than the data have", () => {
    const data = ndarray(rampMatrix().data, [12, 5, 6]);
    const { mean, components, reconstructions } = pca(data, 40);
    expect([mean.shape, components.shape, reconstructions.shape]).toEqual([
      [5, 6],
      [11, 5, 6],
      [12, 5, 6],
    ]);
    expect(reconstructions.data).toBeAllclose(data.data, { absolute: 1e-10 });
  });

  it("reduces to the mean for equal images and for no components", () => {
    const equal = ndarray(Float64Array.of(1, 2, 1, 2, 1, 2), [3, 2]);
    expect(pca(equal, 2).components.shape).toEqual([0, 2]);
    expect(pca(equal, 2).reconstructions.data).toBeAllclose(equal.data);
    expect(pca(ndarray(Float64Array.of(0, 2), [2, 1]), 0).reconstructions.data).toBeAllclose([1, 1]);
  });

  it("refuses data without samples, data that are not finite and a negative count", () => {
    expect(() => pca(ndarray(new Float64Array(3), [3]), 1)).toThrow(InputError);
    expect(() => pca(ndarray(Float64Array.of(1, NaN), [2, 1]), 1)).toThrow("expected finite data");
    expect(() => pca(rampMatrix(), -1)).toThrow("pca: expected 0 or more components, got -1");
  });
});
