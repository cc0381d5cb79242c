import { scatterplot } from "@tensorflow/tfjs-vis/dist/render/scatterplot.js";
import type { Result, VisualizationSpec } from "vega-embed";
import { classLooks, CLASSLESS, markSize, type ClassLook } from "../pictures/class-looks.ts";
import { CATEGORICAL } from "../pictures/palette.ts";
import { windowAround, type Window } from "../pictures/window.ts";
import type { Layout, PointsView } from "../views.ts";
import { radioChoice } from "./radio-choice.ts";
import { element } from "./element.ts";
import { drawRefined } from "./embed.ts";
import { classLegend } from "./legend.ts";
import { zoomable, zoomButtons } from "./zoom.ts";

/** CSS pixels. */
const LARGEST_SIDE = 560;
/** Square pixels: the pointer has to meet it. */
const SMALLEST_MARK = 14;
const MUTED_OPACITY = 0.06;
/** Of points without a class, and of others. */
const OPACITIES = { classless: 0.3, others: 0.8 } as const;
const NO_CLASS = "no class";

/**
 * Points of embeddings, drawn by tfjs-vis: names and classes on hover, classes muted by their buttons, zoom by buttons, drag, and
 * the wheel with the control key. What tfjs-vis has no option for is changed in its specification: see `refined`.
 */
export async function drawPointsView(box: HTMLElement, view: PointsView): Promise<void> {
  const looks = looksOf(view);
  const canvas = element("div", { className: "chart" });
  let drawn: Result | undefined;
  let muted: readonly string[] = [];
  const mute = () => drawn?.view.signal("muted", muted).runAsync();
  const draw = async (layout: Layout) => {
    drawn?.finalize();
    const window = windowAround(layout.points);
    drawn = await drawLayout(canvas, view, layout, looks, window);
    zoom.replaceChildren(...zoomButtons(drawn.view, window));
    await mute();
  };
  const zoom = element("div", { className: "zoom" });
  const layouts =
    view.layouts.length > 1
      ? [radioChoice("Layout", view.layouts.map(({ title }) => title), (index) => void draw(view.layouts[index]))] // prettier-ignore
      : [];
  const entries = [...looks].map(([name, look]) => ({ name, ...look }));
  const legend = classLegend(entries, (indices) => {
    muted = [...indices].map((index) => entries[index].name);
    void mute();
  });
  box.replaceChildren(
    element("div", { className: "controls" }, ...layouts, zoom),
    canvas,
    ...(view.labels ? [legend] : []),
  );
  await draw(view.layouts[0]);
}

/** Each series that is drawn, the one under all others first. */
function looksOf({ what, labels }: PointsView): ReadonlyMap<string, ClassLook> {
  if (!labels) return new Map([[what, { ...CLASSLESS, color: CATEGORICAL[0] }]]);
  const classless = labels.includes(null) ? [[NO_CLASS, CLASSLESS] as const] : [];
  return new Map([...classless, ...classLooks(labels)]);
}

function drawLayout(
  box: HTMLElement,
  { what, names, labels }: PointsView,
  { rows, points }: Layout,
  looks: ReadonlyMap<string, ClassLook>,
  window: Window,
): Promise<Result> {
  const series = new Map([...looks.keys()].map((name) => [name, [] as { x: number; y: number; name: string }[]]));
  points.forEach(([x, y], row) => {
    const point = rows ? rows[row] : row;
    series.get(labels ? (labels[point] ?? NO_CLASS) : what)!.push({ x, y, name: names[point] });
  });
  const side = Math.max(200, Math.min(LARGEST_SIDE, box.clientWidth));
  const data = { values: [...series.values()], series: [...series.keys()] };
  const options = {
    width: side,
    height: side,
    zoomToFit: true,
    seriesColors: [...looks.values()].map(({ color }) => color),
  };
  return drawRefined(
    box,
    (target) => scatterplot(target, data, options),
    (spec) =>
      refined(spec, {
        what,
        looks,
        window,
        size: Math.max(SMALLEST_MARK, markSize(points.length)),
        hasClasses: labels !== undefined,
      }),
  );
}

interface Refinements {
  readonly what: string;
  readonly looks: ReadonlyMap<string, ClassLook>;
  readonly window: Window;
  readonly size: number;
  readonly hasClasses: boolean;
}

/**
 * What the scatter plot of tfjs-vis lacks: no axes, as they mean nothing; lengths the same along both; marks of a size that suits
 * their number; symbols that start again later than colours; names alone on hover; zoom; classes that can be muted.
 */
function refined(spec: VisualizationSpec, { what, looks, window, size, hasClasses }: Refinements): VisualizationSpec {
  const { mark, encoding, ...rest } = spec as { mark: object; encoding: Record<string, object> } & VisualizationSpec;
  const axis = (name: "x" | "y") => ({
    ...encoding[name],
    axis: null,
    scale: { domain: [...window[name]], nice: false, zero: false },
  });
  const domain = [...looks.keys()];
  const bySeries = (channel: "color" | "shape") => ({
    ...encoding[channel],
    scale: { domain, range: [...looks.values()].map((look) => look[channel]) },
    legend: null,
  });
  return {
    ...rest,
    params: [zoomable(), { name: "muted", value: [] }],
    mark: { ...mark, filled: true, size },
    encoding: {
      ...encoding,
      x: axis("x"),
      y: axis("y"),
      color: bySeries("color"),
      shape: bySeries("shape"),
      opacity: {
        condition: [
          { test: "indexof(muted, datum.series) >= 0", value: MUTED_OPACITY },
          { test: { field: "series", equal: NO_CLASS }, value: OPACITIES.classless },
        ],
        value: OPACITIES.others,
      },
      tooltip: [
        { field: "name", title: what, type: "nominal" },
        ...(hasClasses ? [{ field: "series", title: "class", type: "nominal" }] : []),
      ],
    },
  } as VisualizationSpec;
}
