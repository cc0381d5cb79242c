import { describe, expect, it } from "vitest";
import { chartTables } from "../../../eval/page/chart-tables.ts";
import { withTooltips } from "../../../eval/page/tooltips.ts";

const x = { field: "a", type: "quantitative", axis: { title: "iteration" } };
const y = { field: "b", type: "quantitative", axis: { title: null } };
const color = { field: "c", type: "nominal", legend: { title: "method" } };
const values = [
  { a: 1, b: 0.5, c: "ones" },
  { a: 2, b: 0.25, c: "ones" },
];

/** Tooltip of a mark with these channels, as `title: format`. */
function tooltip(encoding: object, title?: string): string[] {
  const spec = { hconcat: [{ ...(title && { title }), data: { values }, mark: "point", encoding }] };
  const [unit] = withTooltips(spec).hconcat as unknown as [{ encoding: { tooltip?: Row[] } }];
  return (unit.encoding.tooltip ?? []).map((row) => `${row.title}: ${row.format ?? row.field}`);
}
interface Row {
  readonly title: string;
  readonly field: string;
  readonly format?: string;
}

describe("tooltips", () => {
  it("name fields as axes, panels and legends do; whole numbers in full, others with 4 digits", () => {
    expect(tooltip({ x, y, color }, "error")).toEqual(["iteration: d", "error: .4~g", "method: c"]);
  });

  it("leave out positions without axis and literal colours, unless they have a title", () => {
    expect(tooltip({ x: { ...x, axis: null }, color: { ...color, scale: null } })).toEqual([]);
    expect(tooltip({ x: { ...x, axis: null, title: "place" } })).toEqual(["place: d"]);
  });

  it("that a chart has are kept", () => {
    expect(tooltip({ x, tooltip: [{ field: "c", title: "who" }] })).toEqual(["who: c"]);
  });

  it("of a line are at its points", () => {
    const line = { data: { values }, mark: { type: "line", color: "red" }, encoding: { x, y, color }, width: 90 };
    expect(withTooltips({ layer: [line] })).toMatchObject({
      layer: [
        {
          width: 90,
          layer: [
            { mark: { type: "line", color: "red" }, encoding: { x, y, color } },
            {
              mark: { type: "point", opacity: 0 },
              encoding: { x, y, tooltip: [{ field: "a" }, { field: "b" }, { field: "c" }] },
            },
          ],
        },
      ],
    });
    const long = { ...line, data: { values: Array.from({ length: 5000 }, () => values[0]) } };
    expect(withTooltips({ layer: [long] })).toEqual({ layer: [long] });
  });
});

describe("the tables of a chart", () => {
  it("join what has the same columns, each row once, and leave words out", () => {
    const other = [{ a: 3, b: 1, c: "learned" }];
    const layer = [
      { data: { values }, mark: "line", encoding: { x, y, color } },
      { data: { values }, mark: "circle", encoding: { x, y, color } },
      { data: { values: other }, mark: "line", encoding: { x, y, color } },
      { data: { values: [{ text: "label" }] }, mark: "text", encoding: { text: { field: "text" } } },
    ];
    expect(chartTables({ title: "error", layer })).toEqual([
      [...values, ...other].map(({ a, b, c }) => ({ iteration: a, error: b, method: c })),
    ]);
  });
});
