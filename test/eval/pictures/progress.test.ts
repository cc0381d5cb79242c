import { describe, expect, it } from "vitest";
import { progressPicture } from "../../../eval/pictures/progress.ts";
import type { CurvesView } from "../../../eval/views.ts";
import { svgFaults, svgTexts } from "../../support/svg.ts";

const CURVES = {
  stepTitle: "iteration",
  panels: [
    { title: "loss", metrics: ["loss", "penalty"], scale: "log" },
    { title: "PSNR (dB)", metrics: ["psnr"], scale: "linear" },
    { title: "search", metrics: ["chosen"], scale: "linear", stepTitle: "candidate" },
  ],
} as const;

describe("progressPicture", () => {
  it("draws the panels that have a curve, with levels, and carries all of the history", async () => {
    const history = Array.from({ length: 3000 }, (_, at) => ({
      step: at + 1,
      seconds: at / 10,
      loss: at === 7 ? NaN : 3000 / (at + 1),
      extra: 1,
      ...(at % 100 === 99 && { psnr: at / 100 }),
      ...(at === 5 && { chosen: 1 }),
    }));
    const levels = [
      { metric: "psnr", name: "PCA", value: 40 },
      { metric: "psnr", name: "exact", value: Infinity },
    ];
    const { progress } = progressPicture(history, CURVES, levels);
    const picture = await progress();
    const { svg } = picture as { svg: string };
    expect(svgFaults(svg)).toEqual([]);
    expect(svgTexts(svg)).toEqual(expect.arrayContaining(["loss", "PSNR (dB)", "iteration", "PCA 40"]));
    expect(svgTexts(svg)).not.toContain("search");
    expect(svg.length).toBeLessThan(60_000);
    const view = picture.view as CurvesView;
    expect(view.levels).toEqual(levels.slice(0, 1));
    expect(view.panels.map(({ title }) => title)).toEqual(["loss", "PSNR (dB)"]);
    const [{ columns }] = view.runs;
    expect(Object.keys(columns).sort()).toEqual(["chosen", "extra", "loss", "psnr", "seconds", "step"]);
    expect(columns["loss"].slice(6, 9)).toEqual([3000 / 7, null, 3000 / 9]);
    expect(columns["psnr"].slice(98, 101)).toEqual([null, 0.99, null]);
  });

  it("says what the steps of a panel count", async () => {
    const history = [1, 2].map((step) => ({ step, seconds: step, chosen: step }));
    const { svg } = (await progressPicture(history, CURVES).progress()) as { svg: string };
    expect(svgTexts(svg)).toContain("candidate");
  });

  it("is none where there is no curve", () => {
    expect(progressPicture([], CURVES)).toEqual({});
    expect(progressPicture([{ step: 1, seconds: 1, loss: 2 }], CURVES)).toEqual({});
  });
});
