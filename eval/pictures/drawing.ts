import type { TopLevelSpec } from "vega-lite";
import { CHART_STYLE } from "./chart-style.ts";
import type { Drawing } from "./picture.ts";

/**
 * A chart as a drawing, from a Vega-Lite specification with its data inside; no canvas, browser or network. The specification
 * goes with it as its view. Vega is loaded at the first chart: it is half of the start of a command that draws nothing.
 */
export async function drawChart(specification: TopLevelSpec): Promise<Drawing> {
  const [{ parse, View, Warn }, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const compiled = compile(specification, { config: CHART_STYLE }).spec;
  const view = new View(parse(compiled), { renderer: "none", logLevel: Warn });
  try {
    return { kind: "svg", svg: await view.toSVG(), view: { kind: "chart", spec: specification } };
  } finally {
    view.finalize();
  }
}
