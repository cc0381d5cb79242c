import type { TopLevelSpec } from "vega-lite";
import { INK } from "./palette.ts";
import type { LegendEntry, Mark } from "./point-sets.ts";
import type { Window } from "./window.ts";

/** A layer of a chart. */
export type Layer = Extract<TopLevelSpec, { layer: unknown }>["layer"][number];

/** A point in the plane of a picture, y upwards, with its look. */
export interface PlacedMark extends Omit<Mark, "set" | "point"> {
  readonly x: number;
  readonly y: number;
  readonly opacity: number;
  /** What a page tells on hover. @default nothing */
  readonly told?: ToldPoint | undefined;
}

/** What is known of a point. */
export interface ToldPoint {
  readonly set: string;
  readonly name: string;
  readonly class?: string;
  readonly mass?: number;
}

/** Pixels to the right of the picture, and from one line to the next. */
const LEGEND_DISTANCE = 16;
const LEGEND_LINE = 20;
const LEGEND_SIZE = 60;
/** Positions in a window, without axes: the coordinates of an embedding mean nothing by themselves. */
export function positions({ x, y }: Window) {
  const axis = (field: "x" | "y", domain: readonly [number, number]) => ({
    field,
    type: "quantitative" as const,
    axis: null,
    scale: { domain: [...domain], nice: false, zero: false },
  });
  return { x: axis("x", x), y: axis("y", y) };
}

/** Marks in their order, later ones over earlier ones. */
export function markLayer(marks: readonly PlacedMark[], window: Window): Layer {
  const fields = [...new Set(marks.flatMap(({ told }) => Object.keys(told ?? {})))];
  return {
    data: { values: marks.map(({ told, ...mark }) => ({ ...told, ...mark })) },
    mark: { type: "point", strokeWidth: 1 },
    encoding: {
      ...positions(window),
      ...(fields.length > 0 && { tooltip: [...fields.map(tooltipOf), ...["x", "y"].map(placeOf)] }),
      fill: { field: "color", type: "nominal", scale: null, legend: null },
      stroke: { field: "color", type: "nominal", scale: null, legend: null },
      fillOpacity: { field: "fill", type: "quantitative", scale: null, legend: null },
      shape: { field: "shape", type: "nominal", scale: null, legend: null },
      size: { field: "size", type: "quantitative", scale: null, legend: null },
      opacity: { field: "opacity", type: "quantitative", scale: null, legend: null },
    },
  };
}

function tooltipOf(field: string) {
  return { field, title: field, type: "nominal" as const };
}

function placeOf(field: string) {
  return { field, title: field, type: "quantitative" as const, format: ".4~g" };
}

/** Lines from point to point, in the reader's colour. */
export function lineLayer(
  lines: readonly (readonly (readonly [x: number, y: number])[])[],
  window: Window,
  opacity: number,
): Layer {
  return {
    data: {
      values: lines.flatMap((line, index) => line.map(([x, y], order) => ({ x, y, order, line: index }))),
    },
    mark: { type: "line", color: INK, opacity, strokeWidth: 1 },
    encoding: {
      ...positions(window),
      detail: { field: "line", type: "nominal" },
      order: { field: "order", type: "quantitative" },
    },
  };
}

/** What symbols stand for, at the right of a picture that is `left` pixels wide. */
export function legendLayers(entries: readonly LegendEntry[], left: number): Layer[] {
  return entries.flatMap(({ text, color, shape, fill }, index): Layer[] => {
    const at = { x: { value: left + LEGEND_DISTANCE }, y: { value: 10 + index * LEGEND_LINE } };
    return [
      {
        data: { values: [{}] },
        mark: { type: "point", shape, color, fill: color, fillOpacity: fill, size: LEGEND_SIZE, opacity: 1 },
        encoding: at,
      },
      {
        data: { values: [{}] },
        mark: { type: "text", text, align: "left", baseline: "middle", fontSize: 12, dx: 10 },
        encoding: at,
      },
    ];
  });
}
