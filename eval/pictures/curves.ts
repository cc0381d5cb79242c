import { InputError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { drawChart } from "./drawing.ts";
import { CATEGORICAL, NEUTRAL } from "./palette.ts";
import type { Drawing } from "./picture.ts";

export interface CurveGroup {
  readonly name: string;
  /** [M, n], one 1-D histogram a row. */
  readonly values: NdArray;
}

export interface CurvePanelOptions {
  /** Panels a row. @default up to 5 */
  readonly columns?: number;
  /** Written over each panel. @default none */
  readonly captions?: readonly string[];
  /** Coordinates of the n grid points. @default their indices */
  readonly positions?: ArrayLike<number>;
}

const PANEL_WIDTH = 170;
const PANEL_HEIGHT = 90;
const MOST_COLUMNS = 5;

/**
 * Small panels of 1-D histograms, panel i showing row i of every group on one scale: the first group (the data) as a
 * filled area, the others (reconstructions) as lines over it.
 *
 * @throws InputError where the groups' shapes, the captions or the positions do not fit together
 */
export async function curvePanels(groups: readonly CurveGroup[], options: CurvePanelOptions = {}): Promise<Drawing> {
  const [count, size] = commonShape(groups);
  const { captions, positions, columns = Math.ceil(count / Math.ceil(count / MOST_COLUMNS)) } = options;
  checkLength("captions", captions, count);
  checkLength("positions", positions, size);
  const names = groups.map(({ name }) => name);
  const rows = groups.flatMap(({ name, values }) =>
    Array.from(values.data, (y, index) => ({
      panel: Math.floor(index / size) + 1,
      x: positions ? positions[index % size] : index % size,
      y,
      name,
    })),
  );
  const encoding = {
    x: {
      field: "x",
      type: "quantitative",
      title: "place",
      scale: { nice: false },
      axis: { title: null, grid: false, tickCount: 3 },
    },
    y: { field: "y", type: "quantitative", title: "value", axis: null },
    color: {
      field: "name",
      title: "curve",
      type: "nominal",
      scale: { domain: names, range: [NEUTRAL, ...CATEGORICAL].slice(0, names.length) },
      legend:
        names.length > 1
          ? { title: null, orient: "top", symbolType: "stroke", symbolStrokeWidth: 3, symbolOpacity: 1 }
          : null,
    },
  } as const;
  return drawChart({
    data: { values: rows },
    facet: {
      field: "panel",
      type: "ordinal",
      header: captions
        ? { labelExpr: `${JSON.stringify(captions)}[datum.value - 1]`, labelAnchor: "start" }
        : { labels: false },
    },
    columns,
    spacing: { row: captions ? 12 : 16, column: 20 },
    spec: {
      width: PANEL_WIDTH,
      height: PANEL_HEIGHT,
      layer: [
        {
          transform: [{ filter: { field: "name", equal: names[0] } }],
          mark: { type: "area", opacity: 0.45 },
          encoding,
        },
        ...names.slice(1).map((name) => ({
          transform: [{ filter: { field: "name", equal: name } }],
          mark: { type: "line", strokeWidth: 1.75 } as const,
          encoding,
        })),
      ],
    },
  });
}

function commonShape(groups: readonly CurveGroup[]): readonly number[] {
  const shapes = new Set(groups.map(({ values }) => `[${values.shape.join(", ")}]`));
  if (shapes.size !== 1 || groups[0].values.shape.length !== 2) {
    throw new InputError(`curves: expected groups of one shape [M, n], got ${[...shapes].join(" and ") || "none"}`);
  }
  return groups[0].values.shape;
}

function checkLength(what: string, values: ArrayLike<unknown> | undefined, expected: number): void {
  if (values && values.length !== expected) {
    throw new InputError(`curves: expected ${expected} ${what}, got ${values.length}`);
  }
}
