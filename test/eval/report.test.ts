import { describe, expect, it } from "vitest";
import { renderReport } from "../../eval/html/document.ts";
import { recordTable } from "../../eval/report.ts";

const HOSTILE = `<script>alert("1")</script> & 'more'`;
const svg = (id: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg"><clipPath id="${id}"/><g clip-path="url(#${id})"/></svg>`;

describe("renderReport", () => {
  it("is one document that needs no network, and no script where nothing is to be drawn", async () => {
    const html = await renderReport({
      title: "A dictionary",
      sections: [
        { kind: "figure", picture: { kind: "svg", svg: svg("clip0") }, caption: "drawing" },
        {
          kind: "figure",
          picture: { kind: "png", png: Uint8Array.of(1, 2, 3), width: 9, height: 4 },
          caption: "image",
        },
      ],
    });
    expect(html).toMatch(/^<!doctype html>/);
    expect(html).not.toMatch(/<script|<link|@import|(src|href)="(?!data:)|url\((?!#)/);
    expect(html).toContain('<img src="data:image/png;base64,AQID" alt="image" width="5" height="2">');
    expect(html).toContain("prefers-color-scheme: dark");
  });

  it("escapes every text that is given", async () => {
    const html = await renderReport({
      title: HOSTILE,
      subtitle: HOSTILE,
      highlights: [{ label: HOSTILE, value: HOSTILE, note: HOSTILE }],
      sections: [
        { kind: "text", title: HOSTILE, paragraphs: [HOSTILE] },
        { kind: "table", columns: [{ title: HOSTILE }], rows: [[HOSTILE]], caption: HOSTILE },
        { kind: "figure", picture: { kind: "svg", svg: svg("a") }, caption: HOSTILE, alt: HOSTILE },
        recordTable({ [HOSTILE]: [HOSTILE] }, { title: HOSTILE, collapsed: true }),
      ],
    });
    expect(html).not.toContain("<script");
    expect(html.split("&lt;script&gt;")).toHaveLength(19);
  });

  it("puts small figures side by side", async () => {
    const figure = (width: number) =>
      ({
        kind: "figure",
        picture: { kind: "png", png: Uint8Array.of(1), width, height: 9 },
        caption: "image",
      }) as const;
    const html = await renderReport({ title: "two", sections: [figure(960), figure(962)] });
    expect(html.match(/<section[^>]*>/g)).toEqual(['<section class="half">', "<section>"]);
  });

  it("keeps the ids of drawings apart", async () => {
    const picture = { kind: "svg", svg: svg("clip0") } as const;
    const figure = { kind: "figure", picture, caption: "drawing" } as const;
    const html = await renderReport({ title: "two", sections: [figure, figure] });
    const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    const uses = [...html.matchAll(/url\(#([^)]*)\)/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(2);
    expect(uses).toEqual(ids);
  });

  it("writes numbers by column and what is missing as a dash", async () => {
    const rows = [
      ["a", 33.8149, 1e-9],
      ["b", null, 5],
    ] as const;
    const columns = [{ title: "image" }, { title: "PSNR", digits: 1 }, { title: "loss" }];
    const html = await renderReport({ title: "table", sections: [{ kind: "table", columns, rows }] });
    expect(html).toContain('<th scope="row">a</th><td class="number">33.8</td><td class="number">1e-9</td>');
    expect(html).toContain('<th scope="row">b</th><td class="number">–</td><td class="number">5</td>');
  });

  it("shows a record as names and values, nested ones as JSON", async () => {
    const html = await renderReport({
      title: "configuration",
      sections: [
        recordTable(
          { atoms: 5, invert: true, data: null, size: [64, 60], start: { mean: 7 } },
          { title: "Run", collapsed: true },
        ),
      ],
    });
    expect(html).toContain("<details><summary><h2>Run</h2></summary>");
    for (const value of ["5", "true", "–", "[64,60]"]) expect(html).toContain(`>${value}</td>`);
    expect(html).toContain('<th scope="row">start.mean</th><td>7</td>');
    expect(html).not.toContain("<thead>");
  });
});
