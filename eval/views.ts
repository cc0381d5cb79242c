import type { TopLevelSpec } from "vega-lite";
import type { Tone } from "../models/wdl/intensities.ts";
import type { BarycenterOptions } from "../src/transport/barycenter/options.ts";
import type { Columns } from "./curves/columns.ts";
import type { MetricLevel, MetricPanels } from "./curves/metric-panel.ts";
import type { Packed } from "./packed.ts";
import type { Blocks } from "./pictures/pooled.ts";
import type { SpacePoint } from "./pictures/surface-wires.ts";

/**
 * What the page of a report draws by itself, so that it can be hovered, turned and reordered: plain JSON, and with it all
 * figures of the picture, for the table below it. Every kind has a file of its name in `page/`.
 */
export type View =
  ChartView | CurvesView | BarsView | PointsView | MatrixView | SurfaceView | MorphView | ReconstructionsView;

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

/** A matrix as a heat map in orders that the reader chooses. */
export interface MatrixView {
  readonly kind: "matrix";
  /** What an entry is ("distance"). */
  readonly valueTitle: string;
  readonly rows: MatrixSide;
  readonly columns: MatrixSide;
  readonly orders: readonly MatrixOrder[];
}

export interface MatrixSide {
  /** What one is ("sample"). */
  readonly title: string;
  readonly names: readonly string[];
  /** Classes, null for none. @default none has one */
  readonly labels?: readonly (string | null)[];
}

export interface MatrixOrder {
  /** "by class" */
  readonly title: string;
  readonly rows: Blocks;
  readonly columns: Blocks;
  /** Means over blocks, a list a block of rows. */
  readonly values: readonly (readonly number[])[];
}

/** Sets of points in space, on a surface or not, which the reader turns. */
export interface SurfaceView {
  readonly kind: "surface";
  readonly sets: readonly SpaceSet[];
  /** Each set in a picture of its own. @default false */
  readonly panels?: boolean;
  /** Lines on the surface. */
  readonly wires: readonly (readonly SpacePoint[])[];
  /** Where it is seen from first, in degrees: see `camera`. */
  readonly eye: { readonly azimuth: number; readonly elevation: number };
}

export interface SpaceSet {
  readonly name: string;
  /** Around the middle of the picture. */
  readonly points: readonly SpacePoint[];
  readonly names: readonly string[];
  /** Classes, null for none. @default none has one */
  readonly labels?: readonly (string | null)[];
  /** Shown as areas. @default all the same */
  readonly masses?: readonly number[];
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

/** Barycenters of a dictionary's atoms by weights that the reader chooses. */
export interface MorphView {
  readonly kind: "morph";
  /** Of a data point: [h, w], an image, or [n], a curve. */
  readonly shape: readonly number[];
  /** Data points that can be chosen, with their weights [M, S] and masses [M]; the first ones where there are many. */
  readonly names: readonly string[];
  readonly weights: Packed;
  readonly masses: Packed;
  /** Mean mass of all data points. */
  readonly mass: number;
  /** From a histogram to the 8-bit scale. */
  readonly tone: Tone;
  readonly source: MorphOperator | MorphLattice;
}

/** Everything that the page needs to compute barycenters itself. */
export interface MorphOperator {
  readonly kind: "operator";
  /** [S, N] */
  readonly atoms: Packed;
  /** `rho` is left out where it is infinite. */
  readonly options: BarycenterOptions;
  /** Ground cost [N, N] in place of the grid. */
  readonly cost?: Packed;
}

/** Barycenters computed beforehand on the edges between atoms, both ends among them. */
export interface MorphLattice {
  readonly kind: "lattice";
  /** Of all S. */
  readonly atoms: readonly number[];
  readonly steps: number;
  /**
   * Frames on the 8-bit scale: the steps of the pair (first, second), of (first, third), ... Images, as they are or smaller; curves
   * [frames, n].
   */
  readonly frames:
    { readonly kind: "images"; readonly sprite: Sprite } | { readonly kind: "curves"; readonly values: Packed };
}

/** Inputs and what methods make of them, to look at one by one. */
export interface ReconstructionsView {
  readonly kind: "reconstructions";
  /** Data points that can be chosen, the first ones where there are many, and their barycentric weights [M, S]. */
  readonly names: readonly string[];
  readonly weights: Packed;
  /** PSNR in dB, one a data point; "Infinity" where it is reproduced exactly. */
  readonly methods: readonly { readonly name: string; readonly psnr: readonly (number | string)[] }[];
  /** On the 8-bit scale: of each data point the input, then the reconstruction of each method. */
  readonly images: Sprite;
}

/** Gray images of one size in one PNG, row by row. */
export interface Sprite {
  readonly url: string;
  readonly count: number;
  /** Images a row. */
  readonly columns: number;
  /** Of one image, in pixels. */
  readonly width: number;
  readonly height: number;
}
