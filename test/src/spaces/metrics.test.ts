import { describe, expect, it } from "vitest";
import { matrixMetric } from "../../../src/spaces/metric-matrix.ts";
import { squaredEuclideanMetric } from "../../../src/spaces/metric-squared-euclidean.ts";
import type { Metric } from "../../../src/spaces/metric.ts";
import { metricSpace } from "../../../src/spaces/space.ts";
import { ndarray, toFloat32, type NdArray } from "../../../src/tensor/ndarray.ts";
import { distancesOf, randomMatrix } from "../../support/spaces.ts";

const POINTS = randomMatrix(37, 3, 1);
const FAR = ndarray(
  POINTS.data.map((value) => value + 1e5),
  POINTS.shape,
);

const entry = (d: NdArray, i: number, j: number) => d.data[i * d.shape[0] + j];

function naive(d: NdArray, v: NdArray): number[] {
  const [n, columns] = v.shape;
  return Array.from({ length: n * columns }, (_, at) => {
    const [i, c] = [Math.floor(at / columns), at % columns];
    return Array.from({ length: n }, (_, j) => entry(d, i, j) * v.data[j * columns + c]).reduce((a, b) => a + b, 0);
  });
}

const metrics: readonly (readonly [string, Metric, NdArray, number])[] = [
  ["a float64 matrix", matrixMetric(distancesOf(POINTS)), distancesOf(POINTS), 1e-14],
  ["a float32 matrix", matrixMetric(toFloat32(distancesOf(POINTS))), toFloat32(distancesOf(POINTS)), 1e-14],
  ["squared Euclidean distances", squaredEuclideanMetric(POINTS), distancesOf(POINTS, 2), 1e-14],
  ["the same far from the origin", squaredEuclideanMetric(FAR), distancesOf(FAR, 2), 1e-13],
];

describe.each(metrics)("%s", (_, metric, distances, rounding) => {
  const tolerance = { absolute: 37 * rounding, relative: 0 };

  it("has these points, distances and largest distance", () => {
    expect(metric.points).toBe(37);
    expect(metric.matrix().data).toBeAllclose(distances.data, { absolute: 1e-15, relative: 1e-15 });
    expect(metric.largest).toBe(metric.matrix().data.reduce((a, b) => Math.max(a, b)));
  });

  it("multiplies from the left and the right", () => {
    const v = randomMatrix(37, 5, 2);
    expect(metric.product(v.data, 5)).toBeAllclose(naive(distances, v), tolerance);
    const w = randomMatrix(4, 37, 3);
    const transposed = ndarray(
      Float64Array.from({ length: 37 * 4 }, (_, at) => w.data[(at % 4) * 37 + Math.floor(at / 4)]),
      [37, 4],
    );
    const expected = naive(distances, transposed);
    const right = metric.rightProduct(w.data, 4);
    expect(Array.from({ length: 37 * 4 }, (_, at) => right[(at % 4) * 37 + Math.floor(at / 4)])).toBeAllclose(
      expected,
      tolerance,
    );
  });

  it("multiplies with its entrywise square", () => {
    const p = randomMatrix(37, 1, 4);
    const squares = ndarray(
      Float64Array.from(distances.data, (d) => d * d),
      distances.shape,
    );
    expect(metric.squaredProduct(p.data)).toBeAllclose(naive(squares, p), tolerance);
  });
});

describe("matrixMetric", () => {
  const change = (values: Record<number, number>) => {
    const { data, shape } = distancesOf(POINTS);
    for (const [at, value] of Object.entries(values)) data[Number(at)] = value;
    return ndarray(data, shape);
  };

  it("replaces a matrix that is symmetric up to rounding by a symmetric one, and leaves the caller's", () => {
    const given = change({ 5: entry(distancesOf(POINTS), 0, 5) + 1e-9, 0: 1e-12 });
    const kept = given.data.slice();
    const matrix = matrixMetric(given).matrix();
    expect(entry(matrix, 0, 0)).toBe(0);
    expect(entry(matrix, 0, 5)).toBe(entry(matrix, 5, 0));
    expect([entry(matrix, 0, 5)]).toBeAllclose([entry(given, 5, 0) + 5e-10], { absolute: 1e-15, relative: 0 });
    expect(given.data).toEqual(kept);
  });

  it.each([
    [
      "not square",
      ndarray(new Float64Array(6), [2, 3]),
      "distances: expected a square matrix [n, n], got shape [2, 3]",
    ],
    ["NaN", change({ [3 * 37 + 2]: NaN }), /^distances: expected finite entries >= 0 .*, got NaN at \[3, 2\]$/],
    ["negative", change({ [3 * 37 + 2]: -1 }), /got -1 at \[3, 2\]$/],
    ["infinite", change({ 7: Infinity }), /got Infinity at \[0, 7\]$/],
    ["no zero diagonal", change({ [4 * 38]: 0.5 }), "distances: expected zeros on the diagonal, got 0.5 at [4, 4]"],
    [
      "not symmetric",
      change({ [36 * 37]: 9, [2 * 37 + 1]: 8 }),
      /^distances: not symmetric: .* at \[0, 36\], 9 at \[36, 0\]/,
    ],
  ] as const)("refuses a matrix that is %s", (_, matrix, message) => {
    expect(() => matrixMetric(matrix)).toThrow(message);
  });

  it("takes whole numbers and a single point", () => {
    expect(matrixMetric(ndarray(Int32Array.of(0, 3, 3, 0), [2, 2])).product(Float64Array.of(1, 2), 1)).toEqual(
      Float64Array.of(6, 3),
    );
    expect(matrixMetric(ndarray(Float64Array.of(0), [1, 1])).largest).toBe(0);
  });
});

describe("squaredEuclideanMetric", () => {
  it.each([
    ["a vector", ndarray(new Float64Array(6), [6]), "points: expected [points, dimension], got shape [6]"],
    ["NaN", ndarray(Float64Array.of(1, 2, 3, NaN), [2, 2]), "points: expected finite coordinates, got NaN at [1, 1]"],
    ["huge numbers", ndarray(Float64Array.of(1e80, 0), [2, 1]), /^points: their largest squared norm/],
  ] as const)("refuses %s", (_, points, message) => {
    expect(() => squaredEuclideanMetric(points)).toThrow(message);
  });

  it("finds the largest distance exactly where norms leave all pairs open", () => {
    const circle = ndarray(
      Float64Array.from({ length: 402 }, (_, at) =>
        (at % 2 ? Math.sin : Math.cos)((Math.floor(at / 2) * 2 * Math.PI) / 201),
      ),
      [201, 2],
    );
    const metric = squaredEuclideanMetric(circle);
    expect(metric.largest).toBe(metric.matrix().data.reduce((a, b) => Math.max(a, b)));
  });
});

describe("metricSpace", () => {
  const metric = matrixMetric(distancesOf(POINTS));
  it("has uniform weights, or given ones of sum one", () => {
    expect(metricSpace(metric).weights).toEqual(new Float64Array(37).fill(1 / 37));
    const counts = Array.from({ length: 37 }, (_, at) => at);
    expect(metricSpace(metric, counts).weights).toBeAllclose(counts.map((count) => count / 666));
  });

  it("refuses weights of another length, negative or without sum", () => {
    expect(() => metricSpace(metric, [1, 2])).toThrow("weights: expected 37 (one a point of the space), got 2");
    expect(() => metricSpace(metric, new Float64Array(37).fill(-1))).toThrow(/got -1 at index 0/);
    expect(() => metricSpace(metric, new Float64Array(37))).toThrow(/all 37 are zero/);
  });
});
