import { describe, expect, it } from "vitest";
import { scatter } from "../../../eval/pictures/scatter.ts";
import { InputError } from "../../../src/errors.ts";
import { svgFaults, svgTexts } from "../../support/svg.ts";

const points = { shape: [4, 2], data: Float64Array.of(0, 0, 1, 0, 0, 1, 5, 5) };

describe("scatter", () => {
  it("names the classes and draws each point once", async () => {
    const { svg } = await scatter(points, { labels: ["B", "A", undefined, "A"] });
    expect(svgFaults(svg)).toEqual([]);
    expect(svgTexts(svg)).toEqual(expect.arrayContaining(["A", "B"]));
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(4);
  });

  it("draws points without classes", async () => {
    const { svg } = await scatter(points);
    expect(svgFaults(svg)).toEqual([]);
    expect(svg.match(/aria-roledescription="point"/g)).toHaveLength(4);
  });

  it("refuses other shapes and numbers of labels", async () => {
    await expect(scatter({ shape: [4], data: new Float64Array(4) })).rejects.toThrow(InputError);
    await expect(scatter(points, { labels: ["A"] })).rejects.toThrow(InputError);
  });
});
