import { describe, expect, it } from "vitest";
import { chartTables } from "../../../eval/page/chart-tables.ts";
import { jointScatter } from "../../../eval/pictures/joint-scatter.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { svgFaults, svgTexts } from "../../support/svg.ts";

const points = ndarray(Float64Array.of(0, 0, 2, 0, 0, 1, 2, 1), [4, 2]);
const first = { name: "RNA", points };
const second = { name: "chromatin", points };

const marks = (svg: string) => [
  ...svg.matchAll(/aria-roledescription="point"[^>]*transform="translate\(([-\d.]+),([-\d.]+)\)/g),
];

describe("jointScatter", () => {
  it("draws both sets in colours that the legend names", async () => {
    const { svg } = await jointScatter([first, second]);
    expect(svgFaults(svg)).toEqual([]);
    expect(svgTexts(svg)).toEqual(["RNA", "chromatin"]);
    expect(marks(svg)).toHaveLength(8);
  });

  it("tells a page set, name and class of each point", async () => {
    const names = ["a", "b", "c", "<d>"];
    const { view } = await jointScatter([
      { ...first, names, labels: ["A", undefined, "A", "B"] },
      { ...second, names, masses: [1, 2, 3, 4] },
    ]);
    if (view?.kind !== "chart") throw new Error("no chart");
    const rows = chartTables(view.spec).flat();
    expect(rows).toHaveLength(8);
    expect(rows[1]).toEqual({ set: "chromatin", name: "a", class: undefined, mass: 1, x: 0, y: 0 });
    expect(rows.at(-2)).toEqual({ set: "RNA", name: "<d>", class: "B", mass: undefined, x: 2, y: 1 });
  });

  it("keeps lengths the same along both axes", async () => {
    const { svg } = await jointScatter([first]);
    const places = marks(svg).map(([, x, y]) => [Number(x), Number(y)]);
    expect(places).toHaveLength(4); // one set needs no legend
    expect(places[1][0] - places[0][0]).toBeCloseTo(2 * (places[0][1] - places[2][1]), 5);
  });

  it("shows masses as areas and leaves out what nobody would see", async () => {
    const { svg } = await jointScatter([{ ...first, masses: [4, 1, 1e-5, 0] }]);
    const radii = [...svg.matchAll(/d="M([\d.]+),0A/g)].map(([, radius]) => Number(radius));
    expect(marks(svg)).toHaveLength(2);
    expect(radii[0] / radii[1]).toBeCloseTo(2, 2);
  });

  it("colours classes and gives each set a shape", async () => {
    const labels = ["B", "A", undefined, "B"];
    const { svg } = await jointScatter([
      { ...first, labels },
      { ...second, labels },
    ]);
    expect(svgTexts(svg)).toEqual(["A", "B", "RNA", "chromatin"]);
    expect(svg.match(/d="M[^"]*A[^"]*"/g)).toHaveLength(4 + 2 + 1); // circles: one set, two classes, its name
    expect(svgFaults(svg)).toEqual([]);
  });

  it("has a panel a set, and lines between pairs", async () => {
    const panels = await jointScatter([first, second], { panels: true });
    expect(svgTexts(panels.svg)).toEqual(expect.arrayContaining(["RNA", "chromatin"]));
    expect(marks(panels.svg)).toHaveLength(8);
    const { svg } = await jointScatter([first, second], { pairs: true });
    expect(svg.match(/aria-roledescription="line mark"/g)).toHaveLength(4);
  });

  it.each([
    [
      "space",
      () => jointScatter([{ name: "X", points: ndarray(new Float64Array(6), [2, 3]) }]),
      /\[n, 2\], got \[2, 3\]/,
    ],
    ["another number of masses", () => jointScatter([{ ...first, masses: [1] }]), /RNA: expected 4 masses, .* got 1/],
    ["no mass", () => jointScatter([{ ...first, masses: [0, 0, 0, 0] }]), /one of them positive/],
    ["pairs of one set", () => jointScatter([first], { pairs: true }), /two sets/],
    [
      "points that are not finite",
      () => jointScatter([{ name: "X", points: ndarray(Float64Array.of(0, NaN), [1, 2]) }]),
      /NaN/,
    ],
    ["nothing", () => jointScatter([]), /got none/],
  ])("refuses %s", async (_, call, message) => {
    const error = await call().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InputError);
    expect((error as Error).message).toMatch(message);
  });
});
