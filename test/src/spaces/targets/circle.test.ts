import { describe, expect, it } from "vitest";
import { circularMean } from "../../../../src/spaces/targets/circular-mean.ts";
import { circleTarget } from "../../../../src/spaces/targets/circle.ts";
import { ndarray } from "../../../../src/tensor/ndarray.ts";
import { Random } from "../../../../src/tensor/random.ts";

/** Weighted sum of squared arc lengths from an angle to n equispaced ones. */
function spreadAt(angle: number, weights: ArrayLike<number>): number {
  return Array.from(weights).reduce((sum, weight, index) => {
    const apart = Math.abs(angle - (2 * Math.PI * index) / weights.length) % (2 * Math.PI);
    return sum + weight * Math.min(apart, 2 * Math.PI - apart) ** 2;
  }, 0);
}

describe("the mean on a circle", () => {
  it("is not above the best of 3600 angles, for random weights", () => {
    const random = Random.fromSeed(3);
    for (let trial = 0; trial < 20; trial++) {
      const weights = random.fill(17, () => random.uniform() ** 4);
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      const normalised = weights.map((weight) => weight / total);
      const found = spreadAt(circularMean(normalised), normalised);
      const searched = Array.from({ length: 3600 }, (_, step) => spreadAt((2 * Math.PI * step) / 3600, normalised));
      expect(found).toBeLessThanOrEqual(Math.min(...searched) + 1e-12);
    }
  });

  it("goes across the place where angles start anew", () => {
    expect(circularMean([0.5, 0, 0, 0, 0, 0, 0, 0.5])).toBeCloseTo((15 * Math.PI) / 8, 14);
  });
});

describe("a circle as target", () => {
  it("has arc lengths: up to pi on the unit circle", () => {
    const circle = circleTarget({ bins: 8 });
    expect(circle.metric.largest).toBe(Math.PI);
    expect([...circle.metric.matrix().data.slice(0, 8)]).toBeAllclose(
      [0, 1, 2, 3, 4, 3, 2, 1].map((steps) => (steps * Math.PI) / 4),
    );
    expect(circleTarget().metric.points).toBe(360);
  });

  it("projects onto itself, with the distances that its matrix has", () => {
    const circle = circleTarget({ bins: 5, radius: 3 });
    const points = circle.project(
      ndarray(
        Float64Array.from({ length: 25 }, (_, at) => (at % 6 === 0 ? 1 : 0)),
        [5, 5],
      ),
    );
    expect(points.data).toBeAllclose(circle.coordinates!.data);
    expect(circle.distances(points, circle.coordinates!).data).toBeAllclose(circle.metric.matrix().data);
  });

  it.each([
    [{ bins: 2 }, "bins: expected a whole number of points, at least 3, got 2"],
    [{ radius: NaN }, "radius: expected a length above 0, got NaN"],
  ])("refuses %j", (options, message) => {
    expect(() => circleTarget(options)).toThrow(message);
  });
});
