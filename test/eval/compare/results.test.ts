import { describe, expect, it } from "vitest";
import type { ComparedRun } from "../../../eval/compare/compared-run.ts";
import { bestOf, compareResults, markNote, valueAt } from "../../../eval/compare/results.ts";

const FIGURES = [
  { title: "PSNR (dB)", path: "psnr", better: "higher" },
  { title: "loss", path: "loss", better: "lower", dependsOn: ["loss", "alpha"] },
  { title: "steps", path: "steps" },
  { title: "absent", path: "absent", better: "lower" },
] as const;

function run(summary: ComparedRun["summary"], settings: ComparedRun["settings"] = {}, data = "d"): ComparedRun {
  return { name: "r", path: "r", task: "wdl", settings, data, columns: {}, summary, pictures: [], notes: [] };
}

describe("valueAt", () => {
  const summary = { psnr: "Infinity", scores: { samples: [{ silhouette: 0.5 }] }, none: null, text: "a", flag: true };
  it.each([
    ["psnr", Infinity],
    ["scores.samples.0.silhouette", 0.5],
    ["scores.samples.1.silhouette", undefined],
    ["scores.samples", undefined],
    ["none", undefined],
    ["text", undefined],
    ["flag", undefined],
    ["psnr.length", undefined],
    ["constructor.length", undefined],
  ])("%s is %s", (path, expected) => {
    expect(valueAt(summary, path)).toBe(expected);
  });
});

describe("bestOf", () => {
  it.each([
    [[3, 1, 2], "lower", [1]],
    [[3, undefined, 3, 2], "higher", [0, 2]],
    [[2, 2], "higher", []],
    [[2, undefined], "higher", []],
    [[1, Infinity], "higher", [1]],
    [[1, 2], undefined, []],
  ] as const)("of %j, %s: %j", (values, better, expected) => {
    expect(bestOf(values, better)).toEqual(expected);
  });
});

describe("compareResults", () => {
  it("marks the best of the figures that some run has", () => {
    const compared = compareResults(
      [run({ psnr: 30, loss: 1, steps: 5 }), run({ psnr: 31, loss: 2 }), run(undefined)],
      FIGURES,
    );
    expect(compared.map(({ figure, values, best }) => [figure.title, values, best])).toEqual([
      ["PSNR (dB)", [30, 31, undefined], [1]],
      ["loss", [1, 2, undefined], [0]],
      ["steps", [5, undefined, undefined], []],
    ]);
    expect(markNote(compared)).toBe("The best of each figure is marked.");
  });

  it("marks none where other settings measure something else, and says so", () => {
    const runs = [run({ psnr: 30, loss: 1 }, { loss: "kl" }), run({ psnr: 31, loss: 2 }, { loss: "tv" })];
    const compared = compareResults(runs, FIGURES);
    expect(compared.map(({ best }) => best)).toEqual([[1], []]);
    expect(markNote(compared)).toContain("No best is told of loss, as the runs differ in loss.");
  });

  it("marks none of other data", () => {
    const compared = compareResults([run({ psnr: 30, steps: 1 }), run({ psnr: 31, steps: 2 }, {}, "other")], FIGURES);
    expect(compared.every(({ best }) => best.length === 0)).toBe(true);
    expect(markNote(compared)).toBe("No best is told of PSNR (dB), as the runs differ in data.");
  });
});
