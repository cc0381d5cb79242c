import { InputError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { drawChart } from "./drawing.ts";
import { SEQUENTIAL } from "./palette.ts";
import type { Drawing } from "./picture.ts";

export interface HeatMapOptions {
  /** What the columns are ("data point"). */
  readonly xTitle: string;
  /** What the rows are ("atom"). */
  readonly yTitle: string;
  /** What the colour is ("weight"). */
  readonly valueTitle: string;
  /** Values of the darkest and the lightest colour. @default the smallest and the largest entry */
  readonly domain?: readonly [number, number];
}

/** Longest side of the cells together, as far as they are not smaller than a pixel. */
const LONGEST_SIDE = 700;
const LARGEST_CELL = 26;
const DIGIT_WIDTH = 7;
const DIGIT_GAP = 12;

/**
 * A matrix as coloured cells, rows and columns numbered from 1. Barycentric weights [M, S] read best with one column a
 * data point: pass the transpose [S, M]. Throws InputError on another rank.
 */
export async function heatMap(matrix: NdArray, options: HeatMapOptions): Promise<Drawing> {
  const [rows, columns] = matrix.shape;
  if (matrix.shape.length !== 2 || rows * columns === 0) {
    throw new InputError(`heat map: expected a matrix, got shape [${matrix.shape.join(", ")}]`);
  }
  const [cellHeight, cellWidth] = [rows, columns].map(cellSize);
  const values = Array.from(matrix.data, (value, index) => ({
    row: Math.floor(index / columns) + 1,
    column: (index % columns) + 1,
    value,
  }));
  const axis = (title: string, count: number, cell: number) => {
    const step = tickStep(cell, DIGIT_WIDTH * String(count).length + DIGIT_GAP);
    const values = Array.from({ length: Math.floor(count / step) }, (_, index) => (index + 1) * step);
    return { title, grid: false, labelAngle: 0, values };
  };
  return drawChart({
    width: columns * cellWidth,
    height: rows * cellHeight,
    data: { values },
    mark: { type: "rect" },
    encoding: {
      x: { field: "column", type: "ordinal", axis: axis(options.xTitle, columns, cellWidth) },
      y: { field: "row", type: "ordinal", axis: axis(options.yTitle, rows, cellHeight) },
      color: {
        field: "value",
        type: "quantitative",
        scale: { scheme: SEQUENTIAL, ...(options.domain && { domain: [...options.domain] }) },
        legend: { title: options.valueTitle, gradientLength: Math.max(60, rows * cellHeight) },
      },
    },
  });
}

/** Whole pixels, so that no seams show between cells; a fraction of one only where there are more cells than pixels. */
function cellSize(count: number): number {
  const most = LONGEST_SIDE / count;
  return most < 1 ? most : Math.min(LARGEST_CELL, Math.floor(most));
}

/** Every how many cells a number fits: the next 1, 2, 5, 10, ... */
function tickStep(cell: number, needed: number): number {
  const power = 10 ** Math.max(0, Math.floor(Math.log10(needed / cell)));
  return [1, 2, 5, 10].map((digit) => digit * power).find((step) => step * cell >= needed)!;
}
