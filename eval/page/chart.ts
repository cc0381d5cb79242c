import type { TopLevelSpec } from "vega-lite";
import type { ChartView } from "../views.ts";
import embed from "./embed.ts";
import { withTooltips } from "./tooltips.ts";

/** A chart as it stands in the results, with the figures of each mark on hover. */
export async function drawChartView(box: HTMLElement, { spec }: ChartView): Promise<void> {
  const narrow = matchMedia("(max-width: 50rem)").matches;
  await embed(box, withTooltips(narrow ? stacked(spec) : spec));
  // what scrolls can be reached by the keyboard
  new ResizeObserver(() => (box.tabIndex = box.scrollWidth > box.clientWidth ? 0 : -1)).observe(box);
}

/** Panels side by side become panels one below the other. */
function stacked(spec: TopLevelSpec): TopLevelSpec {
  if (!("hconcat" in spec)) return spec;
  const { hconcat, ...rest } = spec;
  return { ...rest, vconcat: hconcat };
}
