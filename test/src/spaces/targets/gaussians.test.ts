import { describe, expect, it } from "vitest";
import { buresWasserstein } from "../../../../src/spaces/bures-wasserstein.ts";
import { gaussiansTarget } from "../../../../src/spaces/targets/gaussians.ts";
import { ndarray, type NdArray } from "../../../../src/tensor/ndarray.ts";

/** Means and covariances of the five numbers a row. */
function gaussiansOf({ shape: [k], data }: NdArray) {
  const rows = Array.from({ length: k }, (_, index) => Array.from(data.slice(5 * index, 5 * index + 5)));
  return {
    means: ndarray(Float64Array.from(rows.flatMap(([x, y]) => [x, y])), [k, 2]),
    covariances: ndarray(Float64Array.from(rows.flatMap(([, , a, b, c]) => [a, b, b, c])), [k, 2, 2]),
  };
}

describe("Gaussians as target", () => {
  it("are a grid of means times the covariances of equation 39", () => {
    const target = gaussiansTarget({ resolution: 2, variance: 0.2 });
    expect(target.metric.points).toBe(4 * 12);
    const { data } = target.coordinates!;
    expect(data.slice(0, 5)).toBeAllclose([0, 0, 0.1, -0.05, 0.1]);
    expect(data.slice(5 * 12 + 20, 5 * 12 + 25)).toBeAllclose([0, 1, 0.1, 0, 0.2]);
  });

  it("have Bures-Wasserstein distances", () => {
    const target = gaussiansTarget({ resolution: 2 });
    const expected = buresWasserstein(gaussiansOf(target.coordinates!)).data;
    expect(target.metric.matrix().data).toBeAllclose(expected);
    expect(target.distances(target.coordinates!, target.coordinates!).data).toBeAllclose(expected);
  });

  it("project to Wasserstein barycenters: between commuting covariances, the square of the mean root", () => {
    const target = gaussiansTarget({ resolution: 1, variance: 1, variances: [1, 9], correlations: [0] });
    // of diag(1, 1), diag(1, 9), diag(9, 1), diag(9, 9) the first and the last, one to three
    const projection = target.project(ndarray(Float64Array.of(1, 0, 0, 3), [1, 4]));
    expect(projection.data).toBeAllclose([0, 0, 6.25, 0, 6.25]);
  });

  it("project to where the expected squared distance is smallest", () => {
    const target = gaussiansTarget({ resolution: 2 });
    const weights = Float64Array.from({ length: 48 }, (_, z) => 1 + ((7 * z) % 11));
    const projection = target.project(ndarray(weights, [1, 48]));
    const expected = (point: NdArray): number =>
      target.distances(point, target.coordinates!).data.reduce((sum, d, z) => sum + weights[z] * d * d, 0);
    for (let entry = 0; entry < 5; entry++) {
      for (const change of [-1e-3, 1e-3]) {
        const moved = projection.data.map((value, k) => value + (k === entry ? change : 0));
        expect(expected({ shape: [1, 5], data: moved })).toBeGreaterThan(expected(projection));
      }
    }
  });

  it.each([
    [{ correlations: [1] }, "correlations: expected numbers above -1 and below 1, got 1"],
    [{ correlations: [] }, "correlations: expected at least one, got none"],
    [{ variances: [] }, "variances: expected at least one, got none"],
    [{ variances: [0] }, "variances: expected a length above 0, got 0"],
    [{ variance: -1 }, "variance: expected a length above 0, got -1"],
  ])("refuses %j", (options, message) => {
    expect(() => gaussiansTarget({ resolution: 1, ...options })).toThrow(message);
  });
});
