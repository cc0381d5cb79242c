import { describe, expect, it } from "vitest";
import { matrixTarget, pointsTarget } from "../../../../src/spaces/targets/matrix.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";

const PATH = ndarray(Float64Array.of(0, 1, 3, 1, 0, 2, 3, 2, 0), [3, 3]);

describe("a matrix of distances as target", () => {
  it("projects to its points of least expected squared distance", () => {
    const target = matrixTarget(PATH);
    const projection = target.project(ndarray(Float64Array.of(1, 0, 0, 0.5, 0, 0.5, 0, 0.1, 0.9), [3, 3]));
    expect(projection.shape).toEqual([3, 1]);
    expect([...projection.data]).toEqual([0, 1, 2]);
    expect([...target.distances(projection, ndarray(Float64Array.of(2), [1, 1])).data]).toEqual([3, 2, 0]);
    expect(target.coordinates).toBeUndefined();
  });

  it("takes float32 distances and scales", () => {
    const target = matrixTarget({ ...PATH, data: Float32Array.from(PATH.data) }, { scale: "unit", name: "x" });
    expect(target.name).toBe("x");
    expect(target.metric.largest).toBe(1);
    expect(target.distances(ndarray(Float64Array.of(0), [1, 1]), ndarray(Float64Array.of(1), [1, 1])).data[0]).toBe(
      1 / 3,
    );
  });

  it("takes points, whose coordinates are for pictures", () => {
    const points = ndarray(Float64Array.of(0, 0, 3, 4), [2, 2]);
    const target = pointsTarget(points);
    expect([...target.metric.matrix().data]).toEqual([0, 5, 5, 0]);
    expect(target.coordinates).toEqual(points);
  });

  it("refuses a matrix that is not one of distances", () => {
    expect(() => matrixTarget(ndarray(Float64Array.of(0, 1, 2, 0), [2, 2]))).toThrow("distances: not symmetric");
  });

  it("refuses coordinates of another number of points", () => {
    expect(() => matrixTarget(PATH, { coordinates: ndarray(new Float64Array(4), [2, 2]) })).toThrow(
      "matrix: coordinates: expected [3, d] (one row a point), got [2, 2]",
    );
  });

  it.each([
    [Float64Array.of(3), [1, 1]],
    [Float64Array.of(0.5), [1, 1]],
    [Float64Array.of(0, 1), [1, 2]],
  ])("refuses projections that are no indices: %j", (data, shape) => {
    const target = matrixTarget(PATH);
    expect(() => target.distances({ data, shape }, { data, shape })).toThrow(
      "projections: expected indices [n, 1] of 3 points",
    );
  });
});
