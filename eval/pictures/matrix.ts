import type { NdArray } from "../../src/tensor/ndarray.ts";
import { rounded } from "../format.ts";
import type { Labels } from "../metrics/clustering.ts";
import type { MatrixOrder, MatrixSide } from "../views.ts";
import { heatMap } from "./heat-map.ts";
import type { Drawing } from "./picture.ts";
import { blocksOf, pooled, type Blocks } from "./pooled.ts";

/** Blocks a side at most. */
const MOST_BLOCKS = 100;

export interface MatrixOptions {
  readonly rows: SideOptions;
  readonly columns: SideOptions;
  /** What an entry is ("distance"). */
  readonly valueTitle: string;
  /** Between which the reader of a page chooses; the still picture shows the first one. */
  readonly orders: readonly {
    readonly title: string;
    readonly rows: readonly number[];
    readonly columns: readonly number[];
  }[];
}

interface SideOptions {
  /** What one is ("sample"). */
  readonly title: string;
  readonly names: readonly string[];
  /** @default none has a class */
  readonly labels?: Labels | undefined;
}

/**
 * A matrix [n, m] as a heat map that a page shows in several orders. More than 100 rows or columns are pooled in blocks of that
 * order, by their means.
 */
export async function matrixPicture(matrix: NdArray, options: MatrixOptions): Promise<Drawing> {
  const { rows, columns, valueTitle, orders } = options;
  const made = orders.map((order) => {
    const blocks = { rows: blocksOf(order.rows, MOST_BLOCKS), columns: blocksOf(order.columns, MOST_BLOCKS) };
    return { title: order.title, blocks, means: pooled(matrix, blocks.rows, blocks.columns) };
  });
  const [first] = made;
  const still = await heatMap(first.means, {
    xTitle: axisTitle(columns, first.blocks.columns, first.title),
    yTitle: axisTitle(rows, first.blocks.rows, first.title),
    valueTitle,
  });
  const view = {
    kind: "matrix",
    valueTitle,
    rows: sideOf(rows),
    columns: sideOf(columns),
    orders: made.map(({ title, blocks, means }): MatrixOrder => {
      return { title, rows: blocks.rows, columns: blocks.columns, values: rowsOf(means) };
    }),
  } as const;
  return { ...still, view };
}

function axisTitle({ title }: SideOptions, { order, bounds }: Blocks, orderTitle: string): string {
  const size = order.length / (bounds.length - 1);
  return size === 1 ? `${title}, ${orderTitle}` : `${title} (blocks of ${size.toPrecision(2)}), ${orderTitle}`;
}

function sideOf({ title, names, labels }: SideOptions): MatrixSide {
  return { title, names, ...(labels && { labels: labels.map((label) => label ?? null) }) };
}

function rowsOf({ shape: [rows, columns], data }: NdArray): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns), rounded),
  );
}
