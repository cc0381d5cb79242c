import type { VisualizationSpec } from "vega-embed";
import type { MetricPanel } from "../../curves/metric-panel.ts";
import { logTicks } from "../../pictures/log-ticks.ts";
import { CATEGORICAL, INK } from "../../pictures/palette.ts";

/** CSS pixels. */
const PANEL_HEIGHT = 230;

/** Where colours are used up, lines of the same colour are told apart by their dashes. */
const DASHES = [[1, 0], [7, 3], [2, 3], [10, 3, 2, 3]] as const; // prettier-ignore

/** Colour and dashes of the line that is `order` in the legend. */
export function strokeOf(order: number): { readonly color: string; readonly dash: readonly number[] } {
  const dash = DASHES[Math.floor(order / CATEGORICAL.length) % DASHES.length];
  return { color: CATEGORICAL[order % CATEGORICAL.length], dash };
}

/** What changes in a panel: its rows come as the data sets `lines`, `dots` and `levels`, its range as these parameters. */
export interface Range {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** A panel without its rows, as a Vega-Lite specification. */
export function panelSpec(
  names: readonly string[],
  scale: MetricPanel["scale"],
  xTitle: string,
  width: number,
  range: Range,
): VisualizationSpec {
  const strokes = names.map((_, order) => strokeOf(order));
  const between = (low: keyof Range, high: keyof Range) => [{ expr: low }, { expr: high }] as unknown as number[];
  const x = {
    field: "x",
    type: "quantitative" as const,
    scale: { domain: between("left", "right"), nice: false, zero: false },
    axis: { title: xTitle, grid: false, tickCount: 5, labelOverlap: true },
  };
  const y = {
    field: "y",
    type: "quantitative" as const,
    scale: { type: scale, domain: between("bottom", "top"), nice: false, ...(scale === "linear" && { zero: false }) },
    axis: {
      title: null,
      labelOverlap: true,
      ...(scale === "log" ? { values: { expr: "ticks" }, format: "~g" } : { tickCount: 5 }),
    },
  };
  const color = {
    field: "name",
    type: "nominal" as const,
    scale: { domain: [...names], range: strokes.map((stroke) => stroke.color) },
    legend: null,
  };
  const strokeDash = {
    field: "name",
    type: "nominal" as const,
    scale: { domain: [...names], range: strokes.map(({ dash }) => [...dash]) },
    legend: null,
  };
  return {
    width,
    height: PANEL_HEIGHT,
    autosize: { type: "fit", contains: "padding", resize: true }, // labels may become longer
    params: Object.entries(signalsOf(range, scale)).map(([name, value]) => ({ name, value })),
    layer: [
      { data: { name: "levels", values: [] }, mark: { type: "rule", clip: true, aria: false }, encoding: { y } },
      {
        data: { name: "levels", values: [] },
        mark: { type: "text", aria: false, align: "left", baseline: "bottom", dx: 4, dy: -2, color: INK },
        encoding: { y, x: { value: 0 }, text: { field: "name" } },
      },
      {
        data: { name: "lines", values: [] },
        mark: { type: "line", clip: true, aria: false, strokeWidth: 2, strokeCap: "butt" },
        encoding: { x, y, color, strokeDash },
      },
      {
        data: { name: "dots", values: [] },
        mark: { type: "circle", clip: true, aria: false, size: 50, opacity: 1 },
        encoding: { x, y, color },
      },
    ],
  };
}

/** The parameters of a panel: its range, and where a logarithmic axis has its ticks. */
export function signalsOf(range: Range, scale: MetricPanel["scale"]): Range & { readonly ticks: number[] } {
  return { ...range, ticks: scale === "log" ? logTicks(range.bottom, range.top) : [] };
}

/** From below the lowest to above the highest of some values, with a margin. */
export function rangeOf(values: readonly number[], scale: MetricPanel["scale"]): Pick<Range, "bottom" | "top"> {
  const forward = scale === "log" ? Math.log10 : (value: number) => value;
  const backward = scale === "log" ? (value: number) => 10 ** value : (value: number) => value;
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    const place = forward(value);
    if (!Number.isFinite(place)) continue;
    if (place < low) low = place;
    if (place > high) high = place;
  }
  if (low > high) return scale === "log" ? { bottom: 0.1, top: 1 } : { bottom: 0, top: 1 };
  const margin = 0.05 * (high - low) || 0.5 * (scale === "log" ? 1 : Math.abs(high) || 1);
  return { bottom: backward(low - margin), top: backward(high + margin) };
}
