import { describe, expect, it } from "vitest";
import { crossDistances, pairwiseDistances } from "../../../src/spaces/distances.ts";
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
    [rows([1, 2], [0, 0]), "cosine", "p.csv: row 1 is all zero, its cosine with others is not defined; leave it out"],
    [
      rows([0.1, 0.1, 0.1], [1, 0, 0]),
      "correlation",
      "p.csv: row 0 is constant, its correlation with others is not defined; leave it out",
    ],
    [rows([1, NaN]), "euclidean", "p.csv: at [0, 1]: expected a finite number, got NaN"],
    [ndarray(new Float64Array(2), [2]), "euclidean", "p.csv: expected points [n, d], got [2]"],
  ] as const)("refuse %j", (points, kind, message) => {
    expect(() => pairwiseDistances(points, kind, "p.csv")).toThrow(message);
  });
});
