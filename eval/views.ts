import type { TopLevelSpec } from "vega-lite";
import type { Columns } from "./curves/columns.ts";
import type { MetricLevel, MetricPanels } from "./curves/metric-panel.ts";

/**
 * What the page of a report draws by itself, so that it can be hovered, turned and reordered: plain JSON, and with it all
 * figures of the picture, for the table below it. Every kind has a file of its name in `page/`.
 */
export type View = ChartView | CurvesView | BarsView;

/** Any chart, as the Vega-Lite specification of the still picture with its data inside. */
export interface ChartView {
  readonly kind: "chart";
  readonly spec: TopLevelSpec;
}

/**
 * Metrics over the steps or seconds of one run or several. A run's colour is its own where there are several, else a metric's; a
 * panel that none of the runs has metrics for is left out.
 */
export interface CurvesView extends MetricPanels {
  readonly kind: "curves";
  readonly runs: readonly CurvesRun[];
  /** @default none */
  readonly levels?: readonly MetricLevel[];
}

export interface CurvesRun {
  readonly name: string;
  /** With `step`, ascending, and `seconds`. */
  readonly columns: Columns;
}

/** Bars of results, a chart each. */
export interface BarsView {
  readonly kind: "bars";
  readonly charts: readonly BarChart[];
}

interface BarChart {
  /** Name and unit of the quantity. */
  readonly title: string;
  readonly bars: readonly { readonly name: string; readonly value: number; readonly isBest?: boolean }[];
}
