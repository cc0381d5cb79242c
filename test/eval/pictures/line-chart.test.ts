import { describe, expect, it } from "vitest";
import { lineChart } from "../../../eval/pictures/line-chart.ts";
import { InputError } from "../../../src/errors.ts";
import { svgFaults, svgTexts } from "../../support/svg.ts";

const loss = Array.from({ length: 50 }, (_, step) => [step + 1, Math.exp(-step / 10)] as const);

/** Vertical positions of the texts that contain `part`. */
function heights(svg: string, ...parts: readonly string[]): number[] {
  return parts.map((part) => {
    const [, y] = new RegExp(`translate\\([-\\d.]+,([-\\d.]+)\\)[^>]*>${part}`).exec(svg)!;
    return Number(y);
  });
}

describe("lineChart", () => {
  it("names quantities, axis, lines and levels, with their last values", async () => {
    const { svg } = await lineChart(
      [
        { title: "loss", scale: "log", series: [{ name: "KL", points: loss }] },
        {
          title: "PSNR (dB)",
          series: [
            {
              name: "wdl",
              points: [
                [1, 30],
                [9, 33.81],
              ],
            },
          ],
          levels: [{ name: "PCA", value: 33.6 }],
        },
      ],
      "iteration",
    );
    expect(svgFaults(svg)).toEqual([]);
    expect(svgTexts(svg)).toEqual(expect.arrayContaining(["loss", "PSNR (dB)", "iteration", "wdl 33.81", "PCA 33.6"]));
    expect(svg).toContain("currentColor");
  });

  it("keeps labels of close lines apart and in order", async () => {
    const levels = [
      { name: "PCA", value: 33.6 },
      { name: "NMF", value: 33.5 },
      { name: "mean", value: 33.55 },
    ];
    const { svg } = await lineChart(
      [
        {
          title: "PSNR",
          series: [
            {
              name: "wdl",
              points: [
                [0, 20],
                [5, 33.8],
              ],
            },
          ],
          levels,
        },
      ],
      "step",
    );
    const [wdl, pca, mean, nmf] = heights(svg, "wdl", "PCA", "mean", "NMF");
    for (const gap of [pca - wdl, mean - pca, nmf - mean]) expect(gap).toBeGreaterThan(14);
  });

  it("labels powers of ten where a logarithmic axis is long", async () => {
    const points = [[1, 1e-7] as const, [2, 10] as const];
    const { svg } = await lineChart([{ title: "error", scale: "log", series: [{ name: "e", points }] }], "step");
    const labels = svgTexts(svg).filter(
      (text) => /^[\d.]+(e[-−]?\d+)?$/.test(text) && Number(text.replace("−", "-")) < 1,
    );
    expect(labels.length).toBeGreaterThan(1);
    for (const label of labels) expect(Math.log10(Number(label.replace("−", "-"))) % 1).toBeCloseTo(0, 12);
  });

  it("leaves out what cannot be drawn, and draws constants and single points", async () => {
    const points = [[1, NaN] as const, [2, 0] as const, [3, 1] as const];
    const { svg } = await lineChart([{ title: "loss", scale: "log", series: [{ name: "loss", points }] }], "step");
    expect(svgFaults(svg)).toEqual([]);
    expect(svgTexts(svg)).toContain("loss 1");
  });

  it("refuses a panel with nothing to draw", async () => {
    await expect(lineChart([{ title: "loss", series: [] }], "step")).rejects.toThrow(InputError);
  });
});
