import { CurvesModel, type Axis, type MetricsLine } from "../curves/model.ts";
import type { CurvesView } from "../views.ts";
import { listen, type Hands } from "./curves/gestures.ts";
import { legendOf } from "./curves/legend.ts";
import { PanelBox } from "./curves/panel.ts";
import { element } from "./element.ts";

/** Curves on a page, which may grow while they are looked at. What the reader has chosen (zoom, scales, lines) stays. */
export interface Curves {
  /** Adds steps to the run of this name, or begins it; steps that were there already are replaced. Drawn soon, not at once. */
  append(run: string, lines: readonly MetricsLine[]): void;
  /** Shows other data in place of these. Drawn soon. */
  update(view: CurvesView): void;
  /** Resolves once what was asked for is drawn. */
  drawn(): Promise<void>;
  /** Frees what the charts hold. */
  finalize(): void;
}

/** Milliseconds between two drawings of curves that grow. */
const LIVE = 250;
const HINT =
  "Drag to zoom in, double click to see all again. On a chart that has the focus the wheel and + and − zoom, and arrow keys read " +
  "point by point.";

/** Draws curves into an empty element as wide as they may become; see `drawCurves` for those that grow. */
export async function drawCurvesView(box: HTMLElement, view: CurvesView): Promise<void> {
  await drawCurves(box, view);
}

/** Draws curves into an empty element, and keeps drawing what is appended. */
export async function drawCurves(box: HTMLElement, view: CurvesView): Promise<Curves> {
  const figure = new CurvesFigure(box, new CurvesModel(view));
  await figure.drawn();
  return figure;
}

class CurvesFigure implements Curves {
  readonly #model: CurvesModel;
  readonly #bar = element("div", { className: "curves-bar" });
  readonly #panels = element("div", { className: "curves-panels" });
  readonly #whole = element("button", { type: "button", disabled: true }, "Show all steps");
  readonly #resizes = new ResizeObserver(() => this.#boxes.forEach((box) => void box.fit()));
  #boxes: PanelBox[] = [];
  #legend: HTMLElement | undefined;
  #pointed: { readonly box: PanelBox; readonly x: number } | undefined;
  /** What the boxes were made for. */
  #made = "";
  /** A drawing will begin. */
  #isAsked = false;
  #isOver = false;
  #drawing: Promise<void> = Promise.resolve();
  #pending: Promise<void> | undefined;

  constructor(box: HTMLElement, model: CurvesModel) {
    this.#model = model;
    this.#whole.addEventListener("click", () => this.#hands.show(undefined));
    this.#bar.append(this.#axisChoice(), this.#whole);
    box.append(
      element(
        "div",
        { className: "curves" },
        this.#bar,
        this.#panels,
        element("p", { className: "curves-hint" }, HINT),
      ),
    );
    this.#resizes.observe(this.#panels);
    this.#draw();
  }

  append(run: string, lines: readonly MetricsLine[]): void {
    this.#model.append(run, lines);
    this.#drawSoon();
  }

  update(view: CurvesView): void {
    this.#model.replace(view);
    this.#drawSoon();
  }

  async drawn(): Promise<void> {
    await this.#pending;
    await this.#drawing;
  }

  finalize(): void {
    this.#isOver = true;
    this.#resizes.disconnect();
    for (const box of this.#boxes) box.finalize();
    this.#boxes = [];
  }

  readonly #hands: Hands = {
    point: (box, x) => {
      this.#pointed = x === undefined ? undefined : { box, x };
      this.#point();
    },
    show: (window) => {
      this.#model.window = window;
      const x = this.#pointed?.x ?? 0;
      if (window && (x < window[0] || x > window[1])) this.#pointed = undefined;
      this.#draw();
    },
  };

  /** Shows in all panels what the reader points at, or nothing. */
  #point(): void {
    for (const box of this.#boxes) box.point(this.#pointed?.x, box === this.#pointed?.box);
  }

  /** One drawing at a time; what is asked for meanwhile is drawn by the next one. */
  #draw(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#drawing = this.#drawing.catch(() => undefined).then(() => this.#drawNow());
  }

  #drawSoon(): void {
    this.#pending ??= new Promise((resolve) => setTimeout(resolve, LIVE)).then(() => {
      this.#pending = undefined;
      this.#draw();
    });
  }

  async #drawNow(): Promise<void> {
    this.#isAsked = false;
    if (this.#isOver) return;
    const { panels } = this.#model;
    const wanted = JSON.stringify([
      this.#model.comparesRuns,
      panels.map(({ title, series }) => [title, series.map(({ name }) => name)]),
    ]);
    if (wanted !== this.#made) this.#makeBoxes();
    this.#made = wanted;
    this.#whole.disabled = this.#model.window === undefined;
    for (const [index, box] of this.#boxes.entries()) if (!this.#isOver) await box.draw(panels[index]);
    this.#point();
  }

  #makeBoxes(): void {
    const model = this.#model;
    const redraw = (): void => this.#draw();
    for (const box of this.#boxes) box.finalize();
    this.#pointed = undefined;
    this.#legend?.remove();
    this.#legend = model.comparesRuns ? legendOf(model.runNames, model.muted, redraw) : undefined;
    if (this.#legend) this.#bar.append(this.#legend);
    this.#boxes = model.panels.map((panel) => {
      const isOwn = !model.comparesRuns && panel.series.length > 1;
      const names = panel.series.map(({ name }) => name);
      const box = new PanelBox(model, panel, isOwn ? legendOf(names, model.muted, redraw) : undefined, redraw);
      listen(box, model, this.#hands);
      return box;
    });
    this.#panels.replaceChildren(...this.#boxes.map((box) => box.element));
  }

  #axisChoice(): HTMLElement {
    const model = this.#model;
    const group = `axis-${++figures}`;
    const choice = (axis: Axis, title: string): HTMLElement => {
      const radio = element("input", { type: "radio", name: group, value: axis, checked: model.axis === axis });
      radio.addEventListener("change", () => {
        model.axis = axis;
        this.#pointed = undefined;
        this.#hands.show(undefined);
      });
      return element("label", {}, radio, ` ${title}`);
    };
    return element(
      "fieldset",
      { hidden: !model.hasSeconds },
      element("legend", {}, "Along"),
      choice("step", model.stepTitle),
      choice("seconds", "seconds"),
    );
  }
}

/** Radio buttons of figures must not share a name. */
let figures = 0;
