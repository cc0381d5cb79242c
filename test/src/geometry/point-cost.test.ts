import { describe, expect, it } from "vitest";
import type { PointCost } from "../../../src/geometry/geometry.ts";
import { POINT_COSTS } from "../../../src/geometry/point-cost.ts";
import { randomNormal } from "../../support/problems.ts";

const D = 3;
const STEP = 1e-5;
// rows that do not begin at 0, as those of a cloud
const [I, J] = [3, 6];
const [x, y, p, q] = [1, 2, 3, 4].map((seed) => randomNormal(3 * D, seed));
const moved = (points: Float64Array, along: Float64Array, step: number): Float64Array =>
  points.map((value, at) => value + step * along[at]);

describe.each(Object.keys(POINT_COSTS) as PointCost[])("%s", (name) => {
  const rule = POINT_COSTS[name];
  const slopeAt = (first: Float64Array, second: Float64Array): Float64Array => {
    const out = new Float64Array(D);
    rule.slope(first, I, second, J, D, out);
    return out;
  };

  it("is symmetric", () => {
    expect(rule.cost(x, I, y, J, D)).toBeCloseTo(rule.cost(y, J, x, I, D), 14);
  });

  it("has the slope of central differences", () => {
    const differences = Array.from({ length: D }, (_, axis) => {
      const unit = new Float64Array(3 * D);
      unit[I + axis] = 1;
      const at = (step: number): number => rule.cost(moved(x, unit, step), I, y, J, D);
      return (at(STEP) - at(-STEP)) / (2 * STEP);
    });
    expect(slopeAt(x, y)).toBeAllclose(differences, { relative: 1e-8, absolute: 1e-9 });
  });

  it("has the curvature of central differences of the slope", () => {
    // p lies at the places of x's rows, q at those of y's
    const at = (step: number): Float64Array => slopeAt(moved(x, p, step), moved(y, q, step));
    const [after, before] = [at(STEP), at(-STEP)];
    const out = new Float64Array(D);
    rule.curvature(x, I, y, J, D, p, q, out);
    expect(out).toBeAllclose(
      after.map((value, axis) => (value - before[axis]) / (2 * STEP)),
      { relative: 1e-8, absolute: 1e-9 },
    );
  });

  it("is flat at coincident points", () => {
    expect(rule.cost(x, I, x, I, D)).toBeCloseTo(0, 15);
    const out = new Float64Array(D).fill(7);
    rule.slope(x, I, x, I, D, out);
    expect(out).toBeAllclose([0, 0, 0], { absolute: 1e-15 });
    if (name === "cosine" || name === "squared-euclidean") return;
    rule.curvature(x, I, x, I, D, p, q, out);
    expect(out).toBeAllclose([0, 0, 0], { absolute: 0 });
  });
});

it("keeps the digits of a small cosine cost", () => {
  const [first, second] = [Float64Array.of(1, 0), Float64Array.of(Math.cos(1e-6), Math.sin(1e-6))];
  const cost = POINT_COSTS.cosine.cost(first, 0, second, 0, 2);
  expect(Math.abs(cost / 5e-13 - 1)).toBeLessThan(1e-9);
});
