import type { TopLevelSpec } from "vega-lite";

/**
 * What the page of a report draws by itself, so that it can be hovered, turned and reordered: plain JSON, and with it all
 * figures of the picture, for the table below it. Every kind has a file of its name in `page/`.
 */
export type View = ChartView | PointsView;

/** Any chart, as the Vega-Lite specification of the still picture with its data inside. */
export interface ChartView {
  readonly kind: "chart";
  readonly spec: TopLevelSpec;
}

/** Points of embeddings in the plane, between which the reader chooses. */
export interface PointsView {
  readonly kind: "points";
  /** What a point is ("sample"). */
  readonly what: string;
  readonly names: readonly string[];
  /** A class for each point, null for none. @default none has one */
  readonly labels?: readonly (string | null)[];
  readonly layouts: readonly Layout[];
}

/** Where an embedding puts points. */
export interface Layout {
  /** "UMAP" */
  readonly title: string;
  /** Which of the points it has. @default all */
  readonly rows?: readonly number[];
  readonly points: readonly (readonly [x: number, y: number])[];
}
