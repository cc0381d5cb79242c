import type { Config } from "vega-lite";
import { CATEGORICAL, FONT, INK, SEQUENTIAL } from "./palette.ts";

/** The look of every chart, still or live: no frame, faint grid lines, text in the reader's colour. */
export const CHART_STYLE: Config = {
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
    labelSeparation: 6,
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
