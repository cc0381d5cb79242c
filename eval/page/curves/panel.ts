import type { Result } from "vega-embed";
import type { CurvesModel, Panel, Point } from "../../curves/model.ts";
import { formatNumber } from "../../format.ts";
import { element } from "../element.ts";
import embed from "../embed.ts";
import { panelSpec, rangeOf, signalsOf, strokeOf, type Range } from "./spec.ts";
import { swatch } from "./swatch.ts";

type VegaView = Result["view"];

/** Share of the range within which two places are told to be one. */
const NEAR = 0.005;

/** One panel on the page: its heading with the choice of its scale, its chart, and what the cursor points at. */
export class PanelBox {
  readonly element = element("div", { className: "curves-panel" });
  /** Takes the keyboard and the pointer. */
  readonly plot = element("div", { className: "curves-plot", tabIndex: 0 });
  readonly #head = element("div", { className: "curves-head" });
  readonly #chart = element("div", { className: "curves-chart" });
  readonly #brush = element("div", { className: "curves-brush", hidden: true });
  readonly #cursor = element("div", { className: "curves-cursor", hidden: true });
  readonly #tip = element("div", { className: "curves-tip", hidden: true });
  readonly #model: CurvesModel;
  #panel: Panel;
  #result: Result | undefined;
  /** What the chart was made for: anything else needs another. */
  #made = "";
  #width = 0;

  constructor(model: CurvesModel, panel: Panel, legend: HTMLElement | undefined, scaleChanged: () => void) {
    this.#model = model;
    this.#panel = panel;
    this.#head.append(element("h3", {}, panel.title), scaleBox(panel, model, scaleChanged));
    if (legend) this.#head.append(legend);
    this.plot.append(this.#chart, this.#brush, this.#cursor, this.#tip);
    this.plot.setAttribute("role", "application");
    this.plot.setAttribute("aria-label", `${panel.title}: arrow keys read the curve, + and - zoom, 0 shows all`);
    this.#chart.setAttribute("aria-hidden", "true"); // read by the arrow keys, and in the table below the figure
    this.#tip.setAttribute("role", "status");
    this.element.append(this.#head, this.plot);
  }

  get panel(): Panel {
    return this.#panel;
  }

  /** Draws the panel as the model has it now; what the reader points at comes with `point`. */
  async draw(panel: Panel): Promise<void> {
    this.#panel = panel;
    const model = this.#model;
    const [left, right] = model.window ?? model.extent;
    const points = model.points(panel);
    const visible = points.filter(({ x }) => x >= left && x <= right);
    const levels = panel.levels.map(({ name, value }) => ({ name: `${name} ${formatNumber(value)}`, y: value }));
    const heights = [...visible.map(({ y }) => y), ...(model.window ? [] : levels.map(({ y }) => y))];
    const range: Range = { left, right, ...rangeOf(heights, panel.scale) };
    const view = await this.#viewFor(panel, range);
    for (const [name, value] of Object.entries(signalsOf(range, panel.scale))) view.signal(name, value);
    const inside = levels.filter(({ y }) => y >= range.bottom && y <= range.top);
    view.data("lines", points).data("levels", inside).data("dots", alone(points));
    await view.runAsync();
  }

  /** The chart, made again where a scale, a line or an axis is another than before. */
  async #viewFor(panel: Panel, range: Range): Promise<VegaView> {
    const { axis, stepTitle } = this.#model;
    const names = panel.series.map(({ name }) => name);
    const xTitle = axis === "step" ? (panel.stepTitle ?? stepTitle) : "seconds";
    const wanted = JSON.stringify([names, panel.scale, xTitle]);
    if (this.#result && wanted === this.#made) return this.#result.view;
    this.#result?.finalize();
    this.#width = this.#chart.clientWidth || 320;
    this.#result = await embed(this.#chart, panelSpec(names, panel.scale, xTitle, this.#width, range), {
      renderer: "svg",
    });
    this.#made = wanted;
    return this.#result.view;
  }

  /**
   * Shows what lies nearest to `x`; nothing where undefined. The values stand beside the line where this panel is pointed at. Vega
   * has no part in it: it would draw all anew.
   */
  point(x: number | undefined, isPointedAt: boolean): void {
    const view = this.#result?.view;
    const points = x === undefined || !view ? [] : this.#model.at(this.#panel, x);
    this.#cursor.hidden = points.length === 0;
    this.#tip.hidden = points.length === 0 || !isPointedAt;
    if (x === undefined || points.length === 0) return;
    const at = this.pixelOf(x);
    const rule = element("div", { className: "curves-rule" });
    rule.style.cssText = `left: ${at}px; top: ${originOf(view!).top}px; height: ${view!.signal("height")}px`;
    this.#cursor.replaceChildren(rule, ...points.map((point) => this.#dotOf(point)));
    if (!isPointedAt) return;
    this.#tip.replaceChildren(...this.#tipOf(points, x));
    const isRight = at > this.plot.clientWidth / 2;
    this.#tip.style.left = isRight ? "" : `${at + 12}px`;
    this.#tip.style.right = isRight ? `${this.plot.clientWidth - at + 12}px` : "";
  }

  #dotOf({ x, y, name }: Point): HTMLElement {
    const view = this.#result!.view;
    const height = (view.scale("y") as (value: number) => number)(y) + originOf(view).top;
    const { order } = this.#panel.series.find((series) => series.name === name)!;
    const dot = element("div", { className: "curves-dot" });
    dot.style.cssText = `left: ${this.pixelOf(x)}px; top: ${height}px; background: ${strokeOf(order).color}`;
    return dot;
  }

  #tipOf(points: readonly Point[], x: number): HTMLElement[] {
    const { axis, stepTitle } = this.#model;
    const title = axis === "step" ? (this.#panel.stepTitle ?? stepTitle) : "seconds";
    const [left, right] = this.#model.window ?? this.#model.extent;
    const near = NEAR * (right - left);
    const rows = points.map(({ name, x: own, y }) => {
      const { order } = this.#panel.series.find((series) => series.name === name)!;
      const where = Math.abs(own - x) <= near ? "" : ` (at ${formatNumber(own)})`;
      return element("div", {}, swatch(order), `${name} `, element("b", {}, formatNumber(y)), where);
    });
    return [element("div", { className: "curves-x" }, `${title} ${formatNumber(x)}`), ...rows];
  }

  /** x of a place in the plot, in CSS pixels from its left. */
  valueAt(pixel: number): number {
    const [left, right] = this.#model.window ?? this.#model.extent;
    const view = this.#result?.view;
    if (!view) return left;
    const scale = view.scale("x") as { invert(pixel: number): number };
    return Math.min(right, Math.max(left, scale.invert(pixel - originOf(view).left)));
  }

  pixelOf(value: number): number {
    const view = this.#result?.view;
    return view ? (view.scale("x") as (value: number) => number)(value) + originOf(view).left : 0;
  }

  /** Marks a range that is being chosen, in pixels; undefined: none is. */
  brush(range: readonly [from: number, to: number] | undefined): void {
    this.#brush.hidden = range === undefined;
    if (!range) return;
    this.#brush.style.left = `${Math.min(...range)}px`;
    this.#brush.style.width = `${Math.abs(range[1] - range[0])}px`;
  }

  /** Follows the width of the page. */
  async fit(): Promise<void> {
    const width = this.#chart.clientWidth;
    if (!this.#result || width === this.#width || width === 0) return;
    this.#width = width;
    await this.#result.view.width(width).runAsync();
  }

  finalize(): void {
    this.#result?.finalize();
    this.element.remove();
  }
}

/** Where a chart's axes begin within its box, in CSS pixels. */
function originOf(view: VegaView): { readonly left: number; readonly top: number } {
  const [x, y] = view.origin();
  const padding = view.padding() as { readonly left: number; readonly top: number };
  return { left: x + padding.left, top: y + padding.top };
}

/** Points that are no line yet. */
function alone(points: readonly Point[]): Point[] {
  return points.filter(({ name }, at) => points[at - 1]?.name !== name && points[at + 1]?.name !== name);
}

function scaleBox({ title, scale }: Panel, model: CurvesModel, changed: () => void): HTMLElement {
  const box = element("input", { type: "checkbox", checked: scale === "log" });
  box.addEventListener("change", () => {
    model.scales.set(title, box.checked ? "log" : "linear");
    changed();
  });
  return element("label", {}, box, " log");
}
