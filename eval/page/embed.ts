import vegaEmbed, { type EmbedOptions, type Result, type VisualizationSpec } from "vega-embed";
import { CHART_STYLE } from "../pictures/chart-style.ts";
import { countRows } from "./data.ts";

/** Charts of more rows are drawn on a canvas: as many elements of an SVG would make the page slow. */
const MOST_SVG_ROWS = 2000;

/**
 * The one way a chart comes onto a page, those of tfjs-vis too, whose import of vega-embed the bundler maps to this module: in the
 * look of the still pictures and in the page's text colour, without menu, network or `eval`.
 */
export default async function embed(
  box: HTMLElement,
  spec: VisualizationSpec,
  options: EmbedOptions = {},
): Promise<Result> {
  const renderer = countRows(spec) > MOST_SVG_ROWS ? "canvas" : "svg";
  const result = await vegaEmbed(box, spec, {
    renderer,
    ...options,
    mode: "vega-lite",
    config: CHART_STYLE,
    actions: false,
    defaultStyle: false,
    ast: true,
    loader: { http: { credentials: "omit" } },
  });
  if (renderer === "canvas") redrawInNewColours(result);
  return result;
}

/** Unlike an SVG, a canvas does not follow the page from light to dark. */
function redrawInNewColours({ view }: Result): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => void view.resize().runAsync());
}
