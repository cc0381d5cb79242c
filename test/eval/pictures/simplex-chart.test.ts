import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { projectWeights, simplexCorners } from "../../../eval/pictures/simplex-chart.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

describe("projectWeights", () => {
  it.each([2, 3, 4, 7])("sends the unit weights of %s atoms to the corners", (atoms) => {
    const identity = Float64Array.from({ length: atoms * atoms }, (_, index) => (index % (atoms + 1) === 0 ? 1 : 0));
    expect(projectWeights(ndarray(identity, [atoms, atoms]))).toEqual(simplexCorners(atoms));
  });

  it("draws two atoms on a line and three or more on a circle from the top, clockwise", () => {
    expect(simplexCorners(2)).toEqual([
      { x: -1, y: 0 },
      { x: 1, y: 0 },
    ]);
    const points = simplexCorners(4).flatMap(({ x, y }) => [x, y]);
    expect(points).toBeAllclose([0, 1, 1, 0, 0, -1, -1, 0], { absolute: 1e-15 });
  });

  it("keeps weights inside the circle and equal weights in the middle", () => {
    const weights = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 });
    fc.assert(
      fc.property(weights, (raw) => {
        const sum = raw.reduce((total, value) => total + value, 0);
        fc.pre(sum > 1e-6);
        const row = Float64Array.from(raw, (value) => value / sum);
        const [inside] = projectWeights(ndarray(row, [1, row.length]));
        expect(Math.hypot(inside.x, inside.y)).toBeLessThanOrEqual(1 + 1e-12);
        const [middle] = projectWeights(
          ndarray(
            row.map(() => 1 / row.length),
            [1, row.length],
          ),
        );
        expect(Math.hypot(middle.x, middle.y)).toBeLessThan(1e-12);
      }),
    );
  });

  it("refuses a single atom and another rank", () => {
    expect(() => projectWeights(ndarray(Float64Array.of(1), [1, 1]))).toThrow(InputError);
    expect(() => projectWeights(ndarray(new Float64Array(8), [2, 2, 2]))).toThrow("got [2, 2, 2]");
  });
});
