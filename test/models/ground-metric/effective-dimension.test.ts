import { describe, expect, it } from "vitest";
import { effectiveDimension } from "../../../models/ground-metric/effective-dimension.ts";
import { Random } from "../../../src/tensor/random.ts";
import { pairAt, pairCount } from "../../../src/transport/pairs/pair-order.ts";

/** Squared distances of points. */
function squared(points: readonly (readonly number[])[]) {
  const values = Float64Array.from({ length: pairCount(points.length) }, (_, pair) => {
    const [i, j] = pairAt(pair, points.length);
    return points[i].reduce((sum, x, axis) => sum + (x - points[j][axis]) ** 2, 0);
  });
  return { form: "distance", count: points.length, values, diagonal: 0 } as const;
}

describe("effectiveDimension", () => {
  it("of points on a line is 1", () => {
    expect(
      effectiveDimension(
        squared([
          [0, 0],
          [1, 2],
          [3, 6],
          [-2, -4],
        ]),
      ),
    ).toBeCloseTo(1, 12);
  });

  it.each([2, 3])("of the corners of a cube in R^%d is its dimension", (dimension) => {
    const corners = Array.from({ length: 2 ** dimension }, (_, bits) =>
      Array.from({ length: dimension }, (_, axis) => (bits >> axis) & 1),
    );
    expect(effectiveDimension(squared(corners))).toBeCloseTo(dimension, 12);
  });

  it("follows the eigenvalues: a box of sides 2 and 1 has (4 + 1)^2 / (16 + 1)", () => {
    expect(
      effectiveDimension(
        squared([
          [0, 0],
          [2, 0],
          [0, 1],
          [2, 1],
        ]),
      ),
    ).toBeCloseTo(25 / 17, 12);
  });

  it("does not depend on the scale", () => {
    const random = Random.fromSeed(1);
    const distances = squared(Array.from({ length: 30 }, () => Array.from({ length: 5 }, () => random.normal())));
    const scaled = { ...distances, values: distances.values.map((value) => 7 * value) };
    expect(effectiveDimension(scaled)).toBeCloseTo(effectiveDimension(distances), 12);
  });
});
