import type { TopLevelSpec } from "vega-lite";

/**
 * What the page of a report draws by itself, so that it can be hovered, turned and reordered: plain JSON, and with it all
 * figures of the picture, for the table below it. Every kind has a file of its name in `page/`.
 */
export type View = ChartView;

/** Any chart, as the Vega-Lite specification of the still picture with its data inside. */
export interface ChartView {
  readonly kind: "chart";
  readonly spec: TopLevelSpec;
}
