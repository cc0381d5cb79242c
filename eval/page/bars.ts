import { barchart } from "@tensorflow/tfjs-vis/dist/render/barchart.js";
import { CATEGORICAL } from "../pictures/palette.ts";
import type { BarsView } from "../views.ts";
import { element } from "./element.ts";

/** CSS pixels of a bar and of the axis below all. */
const [BAR, AXIS] = [26, 50];

/** Lying bars, so that names can be read: tfjs-vis takes any two fields for its `index` and `value`. */
export async function drawBarsView(box: HTMLElement, { charts }: BarsView): Promise<void> {
  const all = element("div", { className: "bars" });
  box.append(all);
  for (const { title, bars } of charts) {
    const area = element("div");
    all.append(element("div", {}, element("h3", {}, title), area));
    const rows = bars.map(({ name, value, isBest }) => ({ index: value, value: isBest ? `${name} (best)` : name }));
    await barchart(area, rows as unknown as Parameters<typeof barchart>[1], {
      width: area.clientWidth,
      height: BAR * bars.length + AXIS,
      xLabel: title,
      xType: "quantitative",
      yType: "ordinal",
      color: CATEGORICAL[0],
    });
  }
}
