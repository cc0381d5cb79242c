import type { Config, TopLevelSpec } from "vega-lite";
import { CATEGORICAL, FONT, SEQUENTIAL } from "./palette.ts";
import { INK, type Drawing } from "./picture.ts";

/** The look of every chart: no frame, faint grid lines, text in the reader's colour. */
const STYLE: Config = {
  background: "transparent",
  font: FONT,
  padding: 4,
  view: { stroke: null },
  axis: {
    domain: false,
    ticks: false,
    labelColor: INK,
    labelOpacity: 0.75,
    labelFontSize: 11,
    labelPadding: 6,
    titleColor: INK,
    titleFontSize: 12,
    titleFontWeight: 500,
    titlePadding: 8,
    gridColor: INK,
    gridOpacity: 0.12,
  },
  header: { labelColor: INK, labelFontSize: 12, labelFontWeight: 500, labelPadding: 4, title: null },
  legend: { labelColor: INK, labelFontSize: 12, titleColor: INK, titleFontSize: 12, titleFontWeight: 500 },
  title: { color: INK, fontSize: 12, fontWeight: 500, anchor: "start", offset: 8 },
  text: { color: INK, fontSize: 11 },
  rule: { color: INK, opacity: 0.5, strokeDash: [4, 4] },
  range: { category: [...CATEGORICAL], ramp: { scheme: SEQUENTIAL }, heatmap: { scheme: SEQUENTIAL } },
};

/**
 * A chart as a drawing, from a Vega-Lite specification with its data inside; no canvas, browser or network. Vega is loaded
 * at the first chart: it is half of the start of a command that draws nothing.
 */
export async function drawChart(specification: TopLevelSpec): Promise<Drawing> {
  const [{ parse, View, Warn }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const compiled = compile(specification, { config: STYLE }).spec;
  const view = new View(parse(compiled), { renderer: "none", logLevel: Warn });
  try {
    return { kind: "svg", svg: await view.toSVG() };
  } finally {
    view.finalize();
  }
}
