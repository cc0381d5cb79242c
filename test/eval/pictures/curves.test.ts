import { describe, expect, it } from "vitest";
import { curvePanels } from "../../../eval/pictures/curves.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { svgFaults, svgTexts } from "../../support/svg.ts";

const values = ndarray(
  Float64Array.from({ length: 60 }, (_, index) => Math.sin(index) ** 2),
  [3, 20],
);

describe("curvePanels", () => {
  it("draws each row in a panel, the first group as an area and the others as lines", async () => {
    const groups = ["data", "balanced", "unbalanced"].map((name) => ({ name, values }));
    const { svg } = await curvePanels(groups, { captions: ['one "1"', "two", "three"] });
    expect(svgFaults(svg)).toEqual([]);
    expect(svgTexts(svg)).toEqual(expect.arrayContaining(["data", "balanced", "unbalanced", "two", "three"]));
    expect(svg.match(/mark-area/g)).toHaveLength(3);
    expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(6);
  });

  it("places the grid points where they are", async () => {
    const positions = Array.from({ length: 20 }, (_, index) => 1000 + index);
    const { svg } = await curvePanels([{ name: "data", values }], { positions });
    expect(svgTexts(svg).some((text) => text.startsWith("1,0"))).toBe(true);
  });

  it("refuses groups, captions and positions that do not fit", async () => {
    const group = { name: "data", values };
    const other = { name: "other", values: ndarray(new Float64Array(40), [2, 20]) };
    await expect(curvePanels([group, other])).rejects.toThrow("got [3, 20] and [2, 20]");
    await expect(curvePanels([group], { captions: ["one"] })).rejects.toThrow("expected 3 captions, got 1");
    await expect(curvePanels([group], { positions: [1, 2] })).rejects.toThrow("expected 20 positions, got 2");
  });
});
