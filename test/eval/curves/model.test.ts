import { describe, expect, it } from "vitest";
import type { Columns } from "../../../eval/curves/columns.ts";
import { CurvesModel } from "../../../eval/curves/model.ts";
import type { CurvesView } from "../../../eval/views.ts";

const STEPS = [1, 2, 3, 4, 5, 6];

function run(name: string, loss: readonly (number | null)[], more: Columns = {}) {
  const step = STEPS.slice(0, loss.length);
  return { name, columns: { step, seconds: step.map((at) => 10 * at), loss, ...more } };
}

function view(runs: CurvesView["runs"]): CurvesView {
  return {
    kind: "curves",
    stepTitle: "step",
    panels: [
      { title: "loss", metrics: ["loss", "penalty"], scale: "log" },
      { title: "PSNR", metrics: ["psnr"], scale: "linear" },
    ],
    levels: [{ metric: "psnr", name: "PCA", value: 30 }],
    runs,
  };
}

const ONE = run("a", [8, 4, 0, 2, 1, 0.5], { penalty: [1, 2, 3, 4, 5, 6], psnr: [null, 20, null, 25, null, null] });
const TWO = run("b", [7, 5, 3]);

describe("CurvesModel", () => {
  it("gives the metrics of one run lines of one panel", () => {
    const [loss, psnr] = new CurvesModel(view([ONE])).panels;
    expect(loss.series.map(({ name, order }) => [name, order])).toEqual([["loss", 0], ["penalty", 1]]); // prettier-ignore
    expect(psnr.levels).toEqual([{ metric: "psnr", name: "PCA", value: 30 }]);
  });

  it("gives each metric of several runs a panel, whose lines are runs", () => {
    const { panels, comparesRuns } = new CurvesModel(view([ONE, TWO]));
    expect(comparesRuns).toBe(true);
    expect(panels.map(({ title, series }) => [title, series.map(({ name }) => name)])).toEqual([
      ["loss: loss", ["a", "b"]],
      ["loss: penalty", ["a"]],
      ["PSNR", ["a"]],
    ]);
  });

  it("changes the scale of one panel, also where a panel was divided", () => {
    const model = new CurvesModel(view([ONE, TWO]));
    model.scales.set("loss: loss", "linear");
    expect(model.panels.map(({ scale }) => scale)).toEqual(["linear", "log", "linear"]);
  });

  it("joins the points that its scale can show, by steps or seconds", () => {
    const model = new CurvesModel(view([ONE]));
    const points = () => model.points({ ...model.panels[0], series: model.panels[0].series.slice(0, 1) });
    expect(points().map(({ x, y }) => [x, y])).toEqual([[1, 8], [2, 4], [4, 2], [5, 1], [6, 0.5]]); // prettier-ignore
    model.axis = "seconds";
    expect(points().map(({ x }) => x)).toEqual([10, 20, 40, 50, 60]);
    expect(model.extent).toEqual([10, 60]);
  });

  it("shows a part with one point more on each side, and all where that is everything", () => {
    const model = new CurvesModel(view([ONE]));
    model.zoom([3.5, 4.5]);
    expect(model.points(model.panels[1]).map(({ x }) => x)).toEqual([2, 4]);
    expect(model.points(model.panels[0]).filter(({ name }) => name === "loss").map(({ x }) => x)).toEqual([2, 4, 5]); // prettier-ignore
    model.zoom([-5, 3]);
    expect(model.window).toEqual([1, 3]);
    model.zoom([-5, 50]);
    expect(model.window).toBeUndefined();
  });

  it("hides what is muted", () => {
    const model = new CurvesModel(view([ONE, TWO]));
    model.muted.add("a");
    expect(new Set(model.points(model.panels[0]).map(({ name }) => name))).toEqual(new Set(["b"]));
    expect(model.at(model.panels[0], 2)).toEqual([{ x: 2, y: 5, name: "b" }]);
  });

  it("finds the nearest point of every line that reaches so far", () => {
    const model = new CurvesModel(view([ONE, TWO]));
    const [loss] = model.panels;
    expect(model.nearest(loss, 2.9)).toBe(3); // b's: a has none there
    expect(model.at(loss, 3)).toEqual([{ x: 2, y: 4, name: "a" }, { x: 3, y: 3, name: "b" }]); // prettier-ignore
    expect(model.at(loss, 5.2)).toEqual([{ x: 5, y: 1, name: "a" }]);
    expect(model.nearest(loss, 99)).toBe(6);
  });

  it("walks from point to point", () => {
    const model = new CurvesModel(view([ONE]));
    const [loss, psnr] = model.panels;
    expect(model.along(loss, 2, 1, 1)).toBe(4);
    expect(model.along(loss, 4, -1, 1)).toBe(2);
    expect(model.along(loss, 2, 1, 10)).toBe(6);
    expect(model.along(loss, 1, -1, 1)).toBe(1);
    expect(model.along(psnr, 2, 1, 1)).toBe(4);
  });

  it("grows, with new metrics and runs, and what was chosen stays", () => {
    const model = new CurvesModel(view([TWO]));
    model.zoom([1, 2]);
    model.append("b", [{ step: 4, seconds: 40, loss: 2, psnr: 21 }, { step: 5, seconds: 50, loss: null, psnr: 22 }]); // prettier-ignore
    expect(model.panels.map(({ title }) => title)).toEqual(["loss", "PSNR"]);
    expect(model.window).toEqual([1, 2]);
    expect(model.extent).toEqual([1, 5]);
    model.window = undefined;
    expect(model.points(model.panels[1]).map(({ x }) => x)).toEqual([4, 5]);
    model.append("c", [{ step: 1, seconds: 1, loss: 3 }]);
    expect(model.runNames).toEqual(["b", "c"]);
  });

  it("replaces the steps that a resumed run does again", () => {
    const model = new CurvesModel(view([TWO]));
    model.append("b", [{ step: 2, seconds: 25, loss: 6 }]);
    expect(model.points(model.panels[0]).map(({ x, y }) => [x, y])).toEqual([[1, 7], [2, 6]]); // prettier-ignore
  });

  it("knows whether there are seconds", () => {
    expect(new CurvesModel(view([ONE])).hasSeconds).toBe(true);
    expect(new CurvesModel(view([ONE, { name: "b", columns: { step: [1], loss: [1] } }])).hasSeconds).toBe(false);
  });
});
