import type { TopLevelSpec } from "vega-lite";
import { InputError } from "../../src/errors.ts";
import { formatNumber } from "../format.ts";
import { drawChart } from "./drawing.ts";
import { logTicks } from "./log-ticks.ts";
import { CATEGORICAL, INK } from "./palette.ts";
import type { Drawing } from "./picture.ts";

type PanelSpec = Extract<TopLevelSpec, { hconcat: unknown }>["hconcat"][number];
type Point = readonly [x: number, y: number];

/** One quantity over the steps, in a panel of its own: two units never share an axis. */
export interface LinePanel {
  /** Name and unit of the quantity ("PSNR (dB)"). */
  readonly title: string;
  /** `points` are (x, y) in order of x. Points that are not finite are left out, on a logarithmic scale also y <= 0. */
  readonly series: readonly { readonly name: string; readonly points: readonly Point[] }[];
  /** Levels to compare with, as dashed lines: the PSNR of a baseline. @default none */
  readonly levels?: readonly { readonly name: string; readonly value: number }[];
  /** @default "linear" */
  readonly scale?: "linear" | "log";
  /** What its x counts, where that differs from the other panels. @default that of the chart */
  readonly xTitle?: string;
}

const PANEL_WIDTH = 330;
const PANEL_HEIGHT = 220;
/** Least distance between the baselines of two labels. */
const LABEL_HEIGHT = 15;
/** From the panel to its labels, and from a line's dot to its name. */
const [LABEL_DISTANCE, DOT_WIDTH] = [8, 13];

/** Where a value lies on its axis, up to a linear map; and back. */
const SCALES = {
  linear: { forward: (y: number) => y, backward: (y: number) => y },
  log: { forward: Math.log10, backward: (y: number) => 10 ** y },
} as const;

/**
 * Quantities over the course of a run, one panel each, side by side. Lines and levels carry their name and last value at
 * their right end, in place of a legend.
 *
 * @param xTitle what x counts ("L-BFGS iteration")
 * @throws InputError where a panel has nothing to draw
 */
export async function lineChart(panels: readonly LinePanel[], xTitle: string): Promise<Drawing> {
  return drawChart({
    hconcat: panels.map((panel) => panelOf(panel, xTitle)),
    spacing: 24,
    resolve: { scale: { color: "independent" } },
  });
}

function panelOf(panel: LinePanel, commonTitle: string): PanelSpec {
  const { title, series, levels = [], scale = "linear", xTitle = commonTitle } = panel;
  const { forward, backward } = SCALES[scale];
  const drawable = (y: number) => Number.isFinite(forward(y));
  const lines = series
    .map(({ name, points }, index) => ({
      name,
      color: CATEGORICAL[index % CATEGORICAL.length],
      points: points.filter(([x, y]) => Number.isFinite(x) && drawable(y)),
    }))
    .filter(({ points }) => points.length > 0);
  if (lines.length === 0) throw new InputError(`line chart: nothing to draw in the panel ${JSON.stringify(title)}`);
  const rules = levels.filter(({ value }) => drawable(value)).map(({ name, value }) => ({ name, y: value }));

  const heights = [...lines.flatMap(({ points }) => points.map(([, y]) => y)), ...rules.map(({ y }) => y)].map(forward);
  const [least, most] = heights.reduce(
    ([low, high], y) => [Math.min(low, y), Math.max(high, y)],
    [Infinity, -Infinity],
  );
  const margin = 0.05 * (most - least) || 0.5;
  const [bottom, top] = [least - margin, most + margin];
  const pixel = (y: number) => (PANEL_HEIGHT * (top - forward(y))) / (top - bottom);
  const labels = apart([
    ...lines.map(({ name, color, points }) => {
      const [, y] = points[points.length - 1];
      return { text: `${name} ${formatNumber(y)}`, color, pixel: pixel(y) };
    }),
    ...rules.map(({ name, y }) => ({ text: `${name} ${formatNumber(y)}`, color: INK, pixel: pixel(y) })),
  ]);

  const ticks =
    scale === "log" ? { values: logTicks(backward(bottom), backward(top)), format: "~g" } : { tickCount: 5 };
  const y = {
    field: "y",
    type: "quantitative",
    scale: { type: scale, domain: [backward(bottom), backward(top)] as [number, number], nice: false },
    axis: { title: null, ...ticks },
  } as const;
  const x = {
    field: "x",
    type: "quantitative",
    scale: { nice: false, zero: false },
    axis: { title: xTitle, grid: false, tickCount: 6 },
  } as const;
  return {
    title,
    width: PANEL_WIDTH,
    height: PANEL_HEIGHT,
    layer: [
      ...rules.map((rule) => ({
        data: { values: [rule] },
        mark: "rule" as const,
        encoding: { y },
      })),
      ...lines.map(({ name, color, points }) => ({
        data: { values: points.map((point) => ({ name, x: point[0], y: point[1] })) },
        mark: { type: points.length > 1 ? "line" : "circle", color, strokeWidth: 2 } as const,
        encoding: { x, y, detail: { field: "name", type: "nominal" as const, title: "curve" } },
      })),
      ...labels.flatMap(({ text, color, pixel: height }) => [
        ...(color === INK ? [] : [labelOf("●", color, PANEL_WIDTH + LABEL_DISTANCE, height)]),
        labelOf(text, INK, PANEL_WIDTH + LABEL_DISTANCE + (color === INK ? 0 : DOT_WIDTH), height),
      ]),
    ],
  };
}

/** Words in the reader's colour: those of lines are too light for letters. */
function labelOf(text: string, color: string, x: number, y: number) {
  return {
    data: { values: [{}] },
    mark: { type: "text", text, color, align: "left", baseline: "middle", fontWeight: 500 } as const,
    encoding: { x: { value: x }, y: { value: y } },
  };
}

/** Moves labels apart that would overlap, keeping their order from top to bottom and their middle. */
function apart<T extends { readonly pixel: number }>(labels: readonly T[]): T[] {
  const ordered = [...labels].sort((a, b) => a.pixel - b.pixel);
  const pixels = ordered.map(({ pixel }) => pixel);
  for (let round = 0; round < 10 * pixels.length; round++) {
    for (let index = 1; index < pixels.length; index++) {
      const overlap = LABEL_HEIGHT - (pixels[index] - pixels[index - 1]);
      if (overlap <= 0) continue;
      pixels[index - 1] -= overlap / 2;
      pixels[index] += overlap / 2;
    }
  }
  return ordered.map((label, index) => ({ ...label, pixel: pixels[index] }));
}
