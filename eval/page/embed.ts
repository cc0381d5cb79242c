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
  const label = box.closest("[aria-label]")?.getAttribute("aria-label") || "Chart";
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
  keepReadable(box);
  describe(box, label);
  return result;
}

/** Unlike an SVG, a canvas does not follow the page from light to dark. */
function redrawInNewColours({ view }: Result): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => void view.resize().runAsync());
}

/** Share of its width, or CSS pixels, below which a chart is not made smaller, but scrolls. */
const [LEAST_SHARE, LEAST_WIDTH] = [0.7, 480];

/** A chart that is wider than the page is drawn smaller, down to a width at which its words can be read. */
function keepReadable(box: HTMLElement): void {
  for (const drawn of box.querySelectorAll<SVGSVGElement | HTMLCanvasElement>("svg.marks, canvas.marks")) {
    const width = drawn instanceof SVGSVGElement ? drawn.width.baseVal.value : drawn.clientWidth;
    drawn.style.minWidth = `${Math.min(LEAST_SHARE * width, LEAST_WIDTH)}px`;
  }
}

/** Who hears the page is told what the chart shows, and finds its figures in the table below; the marks one by one would be noise. */
function describe(box: HTMLElement, label: string): void {
  box.setAttribute("role", "img");
  box.setAttribute("aria-label", label);
  box.removeAttribute("aria-roledescription");
  for (const drawn of box.querySelectorAll("svg.marks, canvas.marks")) drawn.setAttribute("aria-hidden", "true");
}
