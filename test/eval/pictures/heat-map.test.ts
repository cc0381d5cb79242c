import { describe, expect, it } from "vitest";
import { heatMap } from "../../../eval/pictures/heat-map.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { svgFaults, svgTexts } from "../../support/svg.ts";

const titles = { xTitle: "image", yTitle: "atom", valueTitle: "weight" };

describe("heatMap", () => {
  it("draws a cell for each entry and numbers rows and columns from 1", async () => {
    const matrix = ndarray(
      Float64Array.from({ length: 12 }, (_, index) => index),
      [3, 4],
    );
    const { svg } = await heatMap(matrix, titles);
    expect(svgFaults(svg)).toEqual([]);
    expect(svg.match(/aria-roledescription="rect mark"/g)).toHaveLength(12);
    expect(svgTexts(svg)).toEqual(expect.arrayContaining(["image", "atom", "weight", "1", "4"]));
  });

  it("numbers long axes in round steps", async () => {
    const { svg } = await heatMap(ndarray(new Float64Array(2 * 473).fill(0.5), [2, 473]), titles);
    expect(svgTexts(svg)).toEqual(expect.arrayContaining(["50", "100", "450"]));
    expect(svgTexts(svg)).not.toContain("51");
  });

  it("refuses what is no matrix", async () => {
    await expect(heatMap(ndarray(new Float64Array(4), [4]), titles)).rejects.toThrow(InputError);
  });
});
