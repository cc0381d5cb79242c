import { expect, it } from "vitest";
import { gridProblem } from "../../../../models/sinkinit/any-grid/grid-problem.ts";
import { InputError } from "../../../../src/errors.ts";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { grid, unitGrid } from "../../../../src/geometry/grid.ts";

it("has cells that tile a rectangle whose longest side is one", () => {
  const { size, sides, epsilon, unit } = gridProblem("x", grid({ size: [10, 20], spacing: [2, 0.5] }), 4);
  expect(size).toEqual([10, 20]);
  expect(sides).toEqual([1, 0.5]);
  expect(unit).toBe(400);
  expect(epsilon).toBe(0.01);
});

it.each([
  ["a volume", grid({ size: [8, 8, 8] }), 1, /got 8 x 8 x 8 points/],
  ["a line", grid({ size: [64] }), 1, /got 64 points/],
  ["too few points", unitGrid([7, 28]), 0.01, /got 7 x 28 points/],
  ["too many points", unitGrid([28, 129]), 0.01, /got 28 x 129 points/],
  ["a small epsilon", unitGrid([28, 28]), 0.0009, /got epsilon 0.0009, 0.0009 times the square of the longest side/],
  ["a large epsilon", grid({ size: [28, 28] }), 80, /got epsilon 80, 0.11 times the square of the longest side/],
  ["a cost matrix", denseGeometry({ shape: [1, 1], data: Float64Array.of(0) }), 0.01, /got a dense geometry/],
] as const)("refuses %s in one line", (_, geometry, epsilon, message) => {
  const refused = () => gridProblem("learned-any", geometry, epsilon);
  expect(refused).toThrow(InputError);
  expect(refused).toThrow(message);
  expect(refused).toThrow(
    /^initialiser learned-any: made for grids of two axes of 8 to 128 points .*; take another start, as gaussian$/,
  );
});

it("takes the ends of its range, and what rounding makes of them", () => {
  for (const epsilon of [1e-3, 1e-1, 1e-1 * (1 + 1e-9)]) gridProblem("x", unitGrid([8, 128]), epsilon);
});
