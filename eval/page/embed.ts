import vegaEmbed, { type EmbedOptions, type Result, type VisualizationSpec } from "vega-embed";
import { CHART_STYLE } from "../pictures/chart-style.ts";
import { INK } from "../pictures/palette.ts";
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
  const label = box.closest("[aria-label]")?.getAttribute("aria-label") || "Chart";
  const refinement = refinements.get(box);
  const refined = refinement ? refinement.refine(spec) : spec;
  const isCanvas = countRows(spec) > MOST_SVG_ROWS;
  const result = await vegaEmbed(box, isCanvas ? withInk(refined, getComputedStyle(box).color) : refined, {
    renderer: isCanvas ? "canvas" : "svg",
    ...options,
    mode: "vega-lite",
    config: isCanvas ? byParameter(CHART_STYLE) : CHART_STYLE,
    actions: false,
    defaultStyle: false,
    ast: true,
    loader: { http: { credentials: "omit" } },
  });
  keepReadable(box);
  describe(box, label);
  if (isCanvas) followInk(result, box);
  if (refinement) refinement.result = result;
  return result;
}

/** The specification with a parameter for the text colour, as a canvas does not follow that of the page. */
function withInk(spec: VisualizationSpec, color: string): VisualizationSpec {
  const { data, params = [], ...rest } = spec as { data?: unknown; params?: unknown[] } & VisualizationSpec;
  return { ...byParameter(rest), data, params: [...params, { name: "ink", value: color }] } as VisualizationSpec;
}

/** A part of a specification in which the text colour is the parameter; data stay as they are. */
function byParameter<Part>(part: Part): Part {
  if (part === INK) return { expr: "ink" } as Part;
  if (typeof part !== "object" || part === null) return part;
  if (Array.isArray(part)) return part.map(byParameter) as Part;
  const entries = Object.entries(part).map(([key, value]) => [key, key === "data" ? value : byParameter(value)]);
  return Object.fromEntries(entries) as Part;
}

function followInk({ view }: Result, box: HTMLElement): void {
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", () => void view.signal("ink", getComputedStyle(box).color).runAsync());
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
