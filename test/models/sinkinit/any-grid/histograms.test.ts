import { expect, it } from "vitest";
import { randomPairs } from "../../../children/any-grid.ts";

it.each([[[8, 8]], [[9, 31]], [[40, 17]]] as const)("have total one and no negative mass: %j", (size) => {
  const points = size[0] * size[1];
  const { a } = randomPairs(200, size, 1);
  for (let row = 0; row < 200; row++) {
    const masses = a.subarray(row * points, (row + 1) * points);
    expect(Math.min(...masses)).toBeGreaterThanOrEqual(0);
    expect(masses.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 5);
  }
});

it("are of many kinds, from one pixel to all of them, and follow from the seed", () => {
  const points = 144;
  const { a } = randomPairs(300, [12, 12], 4);
  const supports = Array.from({ length: 300 }, (_, row) =>
    a.subarray(row * points, (row + 1) * points).reduce((count, mass) => count + (mass > 0 ? 1 : 0), 0),
  );
  expect(Math.min(...supports)).toBe(1);
  expect(supports.filter((support) => support > 1 && support < 60).length).toBeGreaterThan(10);
  expect(supports.filter((support) => support === points).length).toBeGreaterThan(100);
  expect(randomPairs(300, [12, 12], 4).a).toEqual(a);
  expect(randomPairs(300, [12, 12], 5).a).not.toEqual(a);
});
