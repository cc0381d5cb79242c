import { describe, expect, it } from "vitest";
import { sphereTarget } from "../../../../src/spaces/targets/sphere.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { Random } from "../../../../src/tensor/random.ts";

describe("a sphere as target", () => {
  it("has each pole once", () => {
    const sphere = sphereTarget();
    expect(sphere.metric.points).toBe(2 + 28 * 30);
    const { matrix, points } = { matrix: sphere.metric.matrix().data, points: sphere.metric.points };
    const off = matrix.filter((_, at) => at % (points + 1) !== 0);
    expect(off.reduce((least, value) => Math.min(least, value), Infinity)).toBeGreaterThan(0.01);
    expect(sphere.metric.largest).toBe(Math.PI);
  });

  it("has great-circle distances", () => {
    const sphere = sphereTarget({ resolution: { rows: 5, columns: 4 }, radius: 2 });
    const matrix = sphere.metric.matrix().data;
    const n = sphere.metric.points;
    expect(matrix[n - 1]).toBeCloseTo(2 * Math.PI, 14); // pole to pole
    expect(matrix[0 * n + 1]).toBeCloseTo(Math.PI / 2, 14); // a quarter of a meridian
    expect(matrix[5 * n + 6]).toBeCloseTo(Math.PI, 14); // a quarter of the equator
    expect(matrix[1 * n + 2]).toBeCloseTo(2 * Math.acos(0.5), 14); // on the 45th parallel
  });

  it("projects to minima of the expected squared distance", () => {
    const sphere = sphereTarget({ resolution: 12, radius: 1.5 });
    const random = Random.fromSeed(8);
    const n = sphere.metric.points;
    const coupling = ndarray(
      random.fill(4 * n, () => random.uniform() ** 30),
      [4, n],
    );
    const projections = sphere.project(coupling);
    const expected = (point: Float64Array, row: number): number =>
      sphere
        .distances(ndarray(point, [1, 3]), sphere.coordinates!)
        .data.reduce((sum, distance, z) => sum + coupling.data[row * n + z] * distance ** 2, 0);
    for (let row = 0; row < 4; row++) {
      const point = projections.data.slice(3 * row, 3 * row + 3);
      expect(Math.hypot(...point)).toBeCloseTo(1.5, 12);
      const value = expected(point, row);
      for (let trial = 0; trial < 10; trial++) {
        const moved = point.map((entry) => entry + 0.02 * random.normal());
        expect(
          expected(
            moved.map((entry) => (1.5 * entry) / Math.hypot(...moved)),
            row,
          ),
        ).toBeGreaterThan(value);
      }
    }
  });

  it("halves the way between two points, and leaves one where it is", () => {
    const sphere = sphereTarget({ resolution: { rows: 3, columns: 4 } }); // the poles and four points of the equator
    const coupling = ndarray(Float64Array.of(1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0), [2, 6]);
    expect(sphere.project(coupling).data).toBeAllclose([Math.SQRT1_2, 0, Math.SQRT1_2, 0, 1, 0]);
  });

  it("finds a mean where the mean in space is the centre", () => {
    const sphere = sphereTarget({ resolution: { rows: 3, columns: 4 } });
    const point = sphere.project(ndarray(new Float64Array(6).fill(1), [1, 6]));
    expect(Math.hypot(...point.data)).toBeCloseTo(1, 12);
  });

  it("refuses fewer than three circles of latitude", () => {
    expect(() => sphereTarget({ resolution: 2 })).toThrow(
      "resolution: expected a whole number of points, at least 3, got 2",
    );
  });
});
