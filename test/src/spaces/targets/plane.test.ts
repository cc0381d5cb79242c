import { describe, expect, it } from "vitest";
import { planeTarget } from "../../../../src/spaces/targets/plane.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";

describe("a plane as target", () => {
  it("is a grid of [0, 1]^2 with both ends, row-major, and its Euclidean distances", () => {
    const plane = planeTarget({ resolution: { rows: 2, columns: 3 } });
    expect([...plane.coordinates!.data]).toEqual([0, 0, 0, 0.5, 0, 1, 1, 0, 1, 0.5, 1, 1]);
    expect(plane.metric.points).toBe(6);
    expect(plane.metric.largest).toBe(Math.SQRT2);
    expect(plane.metric.matrix().data[1 * 6 + 3]).toBe(Math.hypot(1, 0.5));
  });

  it("has 20 x 20 points unless told otherwise", () => {
    expect(planeTarget().metric.points).toBe(400);
  });

  it("projects to weighted means, whatever the mass of a row", () => {
    const plane = planeTarget({ resolution: 2, extent: [2, 4] });
    const coupling = ndarray(Float64Array.of(0.1, 0, 0, 0.3, 0, 0.5, 0, 0), [2, 4]);
    const projection = plane.project(coupling);
    expect(projection.shape).toEqual([2, 2]);
    expect(projection.data).toBeAllclose([1.5, 3, 0, 4]);
    expect(plane.distances(projection, plane.coordinates!).data.slice(0, 4)).toBeAllclose([
      Math.hypot(1.5, 3),
      Math.hypot(1.5, 1),
      Math.hypot(0.5, 3),
      Math.hypot(0.5, 1),
    ]);
  });

  it("scales distances alone", () => {
    const coupling = ndarray(Float64Array.of(0.5, 0, 0, 0.5), [1, 4]);
    const [own, unit, doubled] = ([1, "unit", 2] as const).map((scale) => planeTarget({ resolution: 2, scale }));
    expect(unit.metric.largest).toBeCloseTo(1, 14);
    expect(doubled.metric.matrix().data).toEqual(own.metric.matrix().data.map((value) => 2 * value));
    const projection = own.project(coupling);
    expect(unit.project(coupling)).toEqual(projection);
    expect(unit.distances(projection, own.coordinates!).data).toBeAllclose(new Float64Array(4).fill(0.5));
  });

  it("counts a row without mass as uniform", () => {
    expect(planeTarget({ resolution: 3 }).project(ndarray(new Float64Array(9), [1, 9])).data).toBeAllclose([0.5, 0.5]);
  });

  it.each([
    [{ resolution: 0 }, "resolution: expected a whole number of points, at least 1, got 0"],
    [{ resolution: { rows: 3, columns: 1.5 } }, "resolution: expected a whole number of points, at least 1, got 1.5"],
    [{ extent: [1, -1] as const }, "extent: expected a length above 0, got -1"],
    [{ scale: 0 }, 'scale: expected a number above 0 or "unit", got 0'],
  ])("refuses %j", (options, message) => {
    expect(() => planeTarget(options)).toThrow(message);
  });

  it.each([
    [new Float64Array(5), [1, 5], "coupling: expected [n, 4] (one column a point of the target), got [1, 5]"],
    [Float64Array.of(0, -1, 0, 0), [1, 4], "coupling: at [0, 1]: expected a mass of 0 or more, got -1"],
    [Float64Array.of(0, 1, NaN, 0), [1, 4], "coupling: at [0, 2]: expected a mass of 0 or more, got NaN"],
  ])("refuses a coupling %j of shape %j", (data, shape, message) => {
    expect(() => planeTarget({ resolution: 2 }).project({ data, shape })).toThrow(message);
  });

  it("refuses projections of another dimension", () => {
    const { distances, coordinates } = planeTarget({ resolution: 2 });
    expect(() => distances(coordinates!, ndarray(new Float64Array(3), [1, 3]))).toThrow(
      "points: expected as many coordinates on both sides, got 2 and 3",
    );
  });
});
