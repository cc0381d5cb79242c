import { describe, expect, it } from "vitest";
import { crossDistances, distanceRows, pairwiseDistances } from "../../../src/spaces/distances.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

const rows = (...points: number[][]) => ndarray(Float64Array.from(points.flat()), [points.length, points[0].length]);

describe("distances between points", () => {
  const points = rows([1, 2, 3], [2, 1, 0], [-1, 0, 5]);

  // SciPy 1.17: scipy.spatial.distance.pdist
  it.each([
    ["euclidean", [3.3166247903554, 3.4641016151377544, 5.916079783099616]],
    ["cosine", [0.5219085562662426, 0.26620061429465713, 1.1754116038614058]],
    ["correlation", [2, 0.06674347474261733, 1.9332565252573826]],
  ] as const)("%s", (kind, [ab, ac, bc]) => {
    const { shape, data } = pairwiseDistances(points, kind);
    expect(shape).toEqual([3, 3]);
    expect(data).toBeAllclose([0, ab, ac, ab, 0, bc, ac, bc, 0]);
    expect([data[0], data[4], data[8]]).toEqual([0, 0, 0]);
  });

  it("are never negative and keep their digits between rows that nearly agree", () => {
    const { data } = pairwiseDistances(rows([1, 1], [1, 1 + 2e-8]), "cosine");
    expect(data[1] / 5e-17).toBeCloseTo(1, 6); // half the square of the angle 1e-8
  });

  it("go from each of one set to each of another", () => {
    expect([...crossDistances(rows([0, 0]), rows([3, 4], [0, 1])).data]).toEqual([5, 1]);
  });

  it.each([
    ["cosine", rows([1, 2], [0, 0], [2, 4]), "all zero"],
    ["correlation", rows([0.3, 0.1, 0.2], [0.1, 0.1, 0.1], [3, 1, 2]), "constant"],
  ] as const)("count a row without a direction as uncorrelated with all others: %s", (kind, points, what) => {
    const { data } = pairwiseDistances(points, kind);
    expect([data[1], data[3], data[5], data[4]]).toEqual([1, 1, 1, 0]);
    expect(data[2]).toBeCloseTo(0, 12);
    expect(distanceRows(points, kind, "p.csv").warnings).toEqual([
      `p.csv: 1 rows are ${what}, at ${kind} distance 1 from all others`,
    ]);
  });

  it.each([
    [rows([1, NaN]), "euclidean", "p.csv: at [0, 1]: expected a finite number, got NaN"],
    [ndarray(new Float64Array(2), [2]), "euclidean", "p.csv: expected points [n, d], got [2]"],
  ] as const)("refuse %j", (points, kind, message) => {
    expect(() => pairwiseDistances(points, kind, "p.csv")).toThrow(message);
  });
});
