import vegaEmbed, { type EmbedOptions, type Result, type VisualizationSpec } from "vega-embed";
import { CHART_STYLE } from "../pictures/chart-style.ts";
import { countRows } from "./data.ts";

/** Charts of more rows are drawn on a canvas: as many elements of an SVG would make the page slow. */
const MOST_SVG_ROWS = 2000;

interface Refinement {
  refine(spec: VisualizationSpec): VisualizationSpec;
  /** Once it has been drawn. */
  result?: Result;
}

/** Of the boxes that tfjs-vis is drawing into. */
const refinements = new WeakMap<HTMLElement, Refinement>();

/**
 * Lets tfjs-vis draw into a box, and changes its specification on the way, as its functions have few options and return nothing:
 * what it draws, to be zoomed or changed.
 */
export async function drawRefined(
  box: HTMLElement,
  draw: (box: HTMLElement) => Promise<void>,
  refine: (spec: VisualizationSpec) => VisualizationSpec,
): Promise<Result> {
  const refinement: Refinement = { refine };
  refinements.set(box, refinement);
  try {
    await draw(box);
  } finally {
    refinements.delete(box);
  }
  if (!refinement.result) throw new Error("the chart was not drawn");
  return refinement.result;
}

/**
 * The one way a chart comes onto a page, those of tfjs-vis too, whose import of vega-embed the bundler maps to this module: in the
 * look of the still pictures and in the page's text colour, without menu, network or `eval`.
 */
export default async function embed(
  box: HTMLElement,
  spec: VisualizationSpec,
  options: EmbedOptions = {},
): Promise<Result> {
  const refinement = refinements.get(box);
  const renderer = countRows(spec) > MOST_SVG_ROWS ? "canvas" : "svg";
  const result = await vegaEmbed(box, refinement ? refinement.refine(spec) : spec, {
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
  if (refinement) refinement.result = result;
  return result;
}

/** Unlike an SVG, a canvas does not follow the page from light to dark. */
function redrawInNewColours({ view }: Result): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => void view.resize().runAsync());
}
