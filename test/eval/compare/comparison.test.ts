import { describe, expect, it } from "vitest";
import { namesOfPaths, type ComparedRun } from "../../../eval/compare/compared-run.ts";
import { compareRuns } from "../../../eval/compare/comparison.ts";
import { renderReport } from "../../../eval/html/document.ts";
import type { ReportSection } from "../../../eval/report.ts";
import type { CurvesView } from "../../../eval/views.ts";

const SHOWN = {
  curves: { stepTitle: "step", panels: [{ title: "loss", metrics: ["loss"], scale: "log" }] },
  results: [{ title: "PSNR (dB)", path: "psnr", better: "higher", bars: true }],
} as const;

function run(name: string, psnr: number | undefined, steps: number, more: Partial<ComparedRun> = {}): ComparedRun {
  const step = Array.from({ length: steps }, (_, at) => at + 1);
  return {
    name,
    path: `runs/${name}`,
    task: "wdl",
    created: "2026-01-02T03:04:05.000Z",
    settings: { seed: name },
    data: "d",
    columns: { step, seconds: step, loss: step.map((at) => 1 / at), other: step },
    summary: psnr === undefined ? undefined : { psnr },
    pictures: [],
    notes: [],
    ...more,
  };
}

const titles = (sections: readonly ReportSection[]) => sections.map(({ title }) => title).filter((title) => title);
const viewsOf = (sections: readonly ReportSection[]) =>
  sections.flatMap((section) => (section.kind === "figure" && section.picture.view ? [section.picture.view] : []));

describe("compareRuns", () => {
  it("has settings, curves, results and bars of runs of one task", async () => {
    const { title, highlights, sections } = await compareRuns([run("a", 30, 20), run("b", 31, 10)], () => SHOWN);
    expect(title).toBe("Comparison of 2 runs");
    expect(highlights).toEqual([{ label: "best PSNR (dB)", value: 31, note: "b" }]);
    expect(titles(sections)).toEqual(["Runs", "Results", "Settings that differ", "Settings that all share", "Curves"]);
    const [bars, curves] = viewsOf(sections);
    expect(bars).toMatchObject({ kind: "bars", charts: [{ bars: [{ isBest: false }, { name: "b", isBest: true }] }] });
    expect(curves).toMatchObject({ kind: "curves", runs: [{ name: "a" }, { name: "b" }] });
    expect(Object.keys((curves as CurvesView).runs[0].columns)).toEqual(["step", "seconds", "loss"]);
  });

  it("marks the best in words, not by its look alone", async () => {
    const report = await compareRuns([run("a", 30, 2), run("b", 31.5, 2)], () => SHOWN);
    const html = await renderReport(report);
    expect(html).toContain('<small class="best">best</small> <strong>31.5</strong>');
    expect(html.split('class="best"')).toHaveLength(2);
  });

  it("compares task by task", async () => {
    const runs = [run("a", 30, 5), run("b", 3, 5, { task: "embed" }), run("c", 31, 5)];
    const { subtitle, highlights, sections } = await compareRuns(runs, () => SHOWN);
    expect(subtitle).toBe("wdl, embed");
    expect(highlights).toEqual([]);
    expect(titles(sections)).toEqual([
      "Runs",
      "wdl: Results",
      "wdl: Settings that differ",
      "wdl: Settings that all share",
      "wdl: Curves",
      "embed: Results",
      "embed: Curves",
    ]);
  });

  it("thins twenty long runs, and says so", async () => {
    const runs = Array.from({ length: 20 }, (_, index) => run(`r${index}`, index, 10_000));
    const { sections } = await compareRuns(runs, () => SHOWN);
    const figure = sections.find(({ title }) => title === "Curves") as { caption: string };
    expect(figure.caption).toMatch(/thinned to about \d+ steps each.*all steps are in metrics\.jsonl/);
    const view = viewsOf(sections).find(({ kind }) => kind === "curves");
    expect(JSON.stringify(view).length).toBeLessThan(1_500_000);
  });

  it("shows a run without result, steps or curves with what is there, and its notes", async () => {
    const bare = run("b", undefined, 0, { notes: ["no result: the data are gone"], columns: {} });
    const { sections } = await compareRuns([run("a", 30, 5), bare], () => SHOWN);
    expect(sections.at(-1)).toMatchObject({ title: "Left out", paragraphs: ["b: no result: the data are gone"] });
    expect(sections[0]).toMatchObject({
      rows: [expect.anything(), ["b", "wdl", "runs/b", "2026-01-02 03:04", 0, undefined]],
    });
    expect(viewsOf(sections)).toHaveLength(1);
  });

  it("escapes names", async () => {
    const html = await renderReport(await compareRuns([run("<script>x", 1, 3), run("b", 2, 3)], () => SHOWN));
    expect(html).not.toContain("<script>x");
  });
});

describe("namesOfPaths", () => {
  it("is the folder, with those above where it takes them", () => {
    expect(namesOfPaths(["/r/a", "/r/b/"])).toEqual(["a", "b"]);
    expect(namesOfPaths(["/r/x/run", "/r/y/run", "/r/z"])).toEqual(["x/run", "y/run", "z"]);
    expect(namesOfPaths(["/r/x/run", "/s/x/run"])).toEqual(["r/x/run", "s/x/run"]);
  });
});
