import { describe, expect, it } from "vitest";
import { gaussianEllipses } from "../../../eval/pictures/gaussian-ellipses.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { svgFaults, svgTexts } from "../../support/svg.ts";

const gaussians = (...rows: number[][]) => ndarray(Float64Array.from(rows.flat()), [rows.length, 5]);

/** Width and height of each outline, in pixels. */
function extents(svg: string): [number, number][] {
  return [...svg.matchAll(/aria-roledescription="line mark"[^>]* d="M([^"]*)"/g)].map(([, path]) => {
    const pairs = path.split("L").map((pair) => pair.replace("Z", "").split(",").map(Number));
    const size = (axis: number) => {
      const values = pairs.map((pair) => pair[axis]);
      return Math.max(...values) - Math.min(...values);
    };
    return [size(0), size(1)];
  });
}

describe("gaussianEllipses", () => {
  it("draws one standard deviation along each axis", async () => {
    const set = { name: "X", gaussians: gaussians([0, 0, 4, 0, 1], [9, 9, 1, 0.5, 1]) };
    const { svg } = await gaussianEllipses([{ title: "before", sets: [set] }]);
    expect(svgFaults(svg)).toEqual([]);
    const [[width, height], [own, other]] = extents(svg);
    expect(width / height).toBeCloseTo(2, 3);
    expect(own).toBeCloseTo(height, 0); // of equal variance
    expect(other / own).toBeCloseTo(1, 1); // the tallest of the corners lies between two of them
  });

  it("names panels and sets and leaves out what weighs next to nothing", async () => {
    const one = { name: "X", gaussians: gaussians([0, 0, 1, 0, 1], [1, 1, 1, 0, 1]), weights: [1, 1e-4] };
    const two = { name: "Y", gaussians: gaussians([0, 0, 1, 0, 1]) };
    const { svg } = await gaussianEllipses([
      { title: "before", sets: [two] },
      { title: "after", sets: [one, two] },
    ]);
    expect(svgTexts(svg)).toEqual(expect.arrayContaining(["before", "after", "X", "Y"]));
    expect(extents(svg)).toHaveLength(3);
    const colors = [...svg.matchAll(/aria-roledescription="line mark"[^>]*? stroke="([^"]*)"/g)].map(
      ([, color]) => color,
    );
    expect(colors[0]).toBe(colors[2]); // Y in both panels
    expect(colors[1]).not.toBe(colors[0]);
  });

  it.each([
    ["other numbers a row", { name: "X", gaussians: ndarray(new Float64Array(4), [1, 4]) }, /\[n, 5\]/],
    ["a matrix that is no covariance", { name: "X", gaussians: gaussians([0, 0, 1, 2, 1]) }, /covariances/],
    [
      "another number of weights",
      { name: "X", gaussians: gaussians([0, 0, 1, 0, 1]), weights: [] },
      /1 weights, got 0/,
    ],
  ])("refuses %s", async (_, set, message) => {
    const error = await gaussianEllipses([{ title: "", sets: [set] }]).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
  });
});
