import { describe, expect, it } from "vitest";
import { largest, placeOf, weightsAt, withWeight } from "../../../../eval/page/morph/weights.ts";
import { simplexCorners } from "../../../../eval/pictures/simplex-chart.ts";

const sum = (weights: readonly number[]) => weights.reduce((total, weight) => total + weight, 0);

describe("withWeight", () => {
  it("keeps the others' proportions and the sum", () => {
    expect(withWeight([0.5, 0.3, 0.2], 0, 0.75)).toBeAllclose([0.75, 0.15, 0.1]);
    expect(withWeight([1, 0, 0], 0, 0.4)).toBeAllclose([0.4, 0.3, 0.3]);
    expect(withWeight([1.2, -0.2], 1, 0.5)).toBeAllclose([0.5, 0.5]);
    expect(withWeight([1], 0, 0.3)).toEqual([1]);
  });
});

describe("weightsAt", () => {
  it.each([2, 3, 4, 5, 8])("of %i corners: weights on the simplex whose place is the point", (count) => {
    const corners = simplexCorners(count);
    for (const [x, y] of [
      [0, 0],
      [0.2, 0.1],
      [-0.3, -0.2],
      [0.01, -0.35],
    ]) {
      const point = count === 2 ? { x, y: 0 } : { x, y };
      const weights = weightsAt(point, corners);
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
      expect(sum(weights)).toBeCloseTo(1);
      expect(placeOf(weights, corners)).toEqual({ x: expect.closeTo(point.x), y: expect.closeTo(point.y) });
    }
  });

  it.each([2, 3, 5])("of %i corners: in a corner that atom alone, outside the nearest place of the border", (count) => {
    const corners = simplexCorners(count);
    corners.forEach((corner, s) => {
      const alone = corners.map((_, other) => (other === s ? 1 : 0));
      expect(weightsAt(corner, corners)).toBeAllclose(alone);
      expect(weightsAt({ x: 3 * corner.x, y: 3 * corner.y }, corners)).toBeAllclose(alone);
    });
  });

  it("on an edge takes its two atoms", () => {
    const corners = simplexCorners(5);
    const middle = placeOf([0, 0.5, 0.5, 0, 0], corners);
    expect(weightsAt(middle, corners)).toBeAllclose([0, 0.5, 0.5, 0, 0]);
    expect(weightsAt({ x: 1.5 * middle.x, y: 1.5 * middle.y }, corners)).toBeAllclose([0, 0.5, 0.5, 0, 0]);
  });
});

it("the largest weights stand in their order", () => {
  expect(largest([0.1, 0.4, 0.1, 0.2, 0.2], 3)).toEqual([1, 3, 4]);
});
