import { describe, expect, it } from "vitest";
import { torusTarget } from "../../../../src/spaces/targets/torus.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";

const TURN = 2 * Math.PI;

/** A coupling [1, points] with mass at some of them. */
const massAt = (points: number, places: readonly number[]) =>
  ndarray(
    Float64Array.from({ length: points }, (_, z) => (places.includes(z) ? 1 : 0)),
    [1, points],
  );

describe("a torus of revolution as target", () => {
  const target = torusTarget({ resolution: { rows: 12, columns: 16 } });
  const n = target.metric.points;
  const matrix = target.metric.matrix().data;

  it("has its points in space, the outer equator first", () => {
    expect(n).toBe(12 * 16);
    expect(target.coordinates!.data.slice(0, 3)).toBeAllclose([1.5, 0, 0]);
    expect(target.coordinates!.data.slice(3 * 3 * 16, 3 * 3 * 16 + 3)).toBeAllclose([1, 0, 0.5]);
  });

  it("is exact along meridians and on the inner equator, which are geodesics", () => {
    for (let row = 1; row <= 6; row++) expect(matrix[row * 16]).toBeCloseTo((0.5 * TURN * row) / 12, 12);
    const inner = 6 * 16;
    for (let step = 1; step <= 8; step++) {
      expect(matrix[inner * n + inner + step]).toBeCloseTo((0.5 * TURN * step) / 16, 12);
    }
  });

  it("leaves the outer equator where a way over the tube is shorter", () => {
    expect(matrix[1]).toBeCloseTo((1.5 * TURN) / 16, 10);
    expect(matrix[8]).toBeLessThan(1.5 * Math.PI);
    expect(matrix[8]).toBeLessThan(matrix[6 * 16] * 2 + Math.PI / 2 + 1e-12); // over the tube, half round inside, and back
  });

  it("is a metric, invariant under turns and mirroring", () => {
    const at = (row: number, column: number): number => ((row + 12) % 12) * 16 + ((column + 16) % 16);
    const d = (i: number, j: number): number => matrix[i * n + j];
    for (let trial = 0; trial < 200; trial++) {
      const [a, b, c] = [3, 7, 11].map((factor) => (factor * 37 * trial) % n);
      expect(d(a, c)).toBeLessThanOrEqual(d(a, b) + d(b, c) + 1e-12);
    }
    expect(d(at(2, 3), at(5, 7))).toBe(d(at(2, 9), at(5, 13)));
    expect(d(at(2, 3), at(5, 7))).toBe(d(at(2, 7), at(5, 3)));
    expect(d(at(2, 3), at(5, 7))).toBeCloseTo(d(at(-2, 3), at(-5, 7)), 12);
  });

  it("measures between projections as between its points", () => {
    expect(target.distances(target.coordinates!, target.coordinates!).data).toBeAllclose(matrix, {
      relative: 0.004,
      absolute: 1e-9,
    });
  });

  it("projects a point to itself", () => {
    const itself = target.project(massAt(n, [37]));
    expect(itself.data).toBeAllclose(target.coordinates!.data.slice(111, 114), { relative: 0, absolute: 0.02 });
  });

  it("projects several to where the expected squared distance is smaller than at any grid point", () => {
    for (const places of [
      [16, 18],
      [0, 1, 33],
      [80, 98, 99, 120],
    ]) {
      const coupling = massAt(n, places);
      const expected = (d: Float64Array): number => places.reduce((sum, z) => sum + d[z] ** 2, 0);
      const projected = expected(target.distances(target.project(coupling), target.coordinates!).data);
      const onGrid = Array.from({ length: n }, (_, z) => expected(matrix.subarray(z * n, z * n + n)));
      expect(projected).toBeLessThan(Math.min(...onGrid));
    }
  });
});

describe("a flat torus as target", () => {
  const target = torusTarget({ resolution: { rows: 6, columns: 8 }, geometry: "flat", radii: [2, 1] });

  it("has the distances of a product of circles", () => {
    const matrix = target.metric.matrix().data;
    expect(matrix[1 * 8 + 7]).toBeCloseTo(Math.hypot((2 * TURN) / 8, TURN / 6), 14);
    expect(target.metric.largest).toBeCloseTo(Math.hypot(2 * Math.PI, Math.PI), 14);
    expect(target.distances(target.coordinates!, target.coordinates!).data).toBeAllclose(matrix);
  });

  it("projects to the exact mean, across the places where angles start anew", () => {
    const projection = target.project(massAt(48, [0, 5 * 8 + 7]));
    const [v, u] = [-TURN / 12, -TURN / 16];
    const out = 2 + Math.cos(v);
    expect(projection.data).toBeAllclose([out * Math.cos(u), out * Math.sin(u), Math.sin(v)]);
  });
});

it.each([
  [{ radii: [1, 1] as const }, "radii: expected the tube's radius to be the smaller one, got 1 and 1"],
  [{ radii: [1, 0] as const }, "radii: expected a length above 0, got 0"],
  [{ resolution: 2 }, "resolution: expected a whole number of points, at least 5, got 2"],
])("a torus target refuses %j", (options, message) => {
  expect(() => torusTarget(options)).toThrow(message);
});
