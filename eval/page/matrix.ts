import { heatmap } from "@tensorflow/tfjs-vis/dist/render/heatmap.js";
import type { Result, VisualizationSpec } from "vega-embed";
import type { Blocks } from "../pictures/pooled.ts";
import type { MatrixOrder, MatrixSide, MatrixView } from "../views.ts";
import { blockClasses, blockNames } from "./block-names.ts";
import { radioChoice } from "./radio-choice.ts";
import { element } from "./element.ts";
import { drawRefined } from "./embed.ts";

/** CSS pixels of the longer side, and of a cell. */
const LARGEST_SIDE = 460;
const LARGEST_CELL = 26;
/** Names stand along the axes where there are no more, in so many pixels. */
const MOST_NAMED = 30;
const NAME_WIDTH = 90;

/** A heat map, drawn by tfjs-vis, in orders that the reader chooses, with names on hover; the colours stay those of their values. */
export async function drawMatrixView(box: HTMLElement, view: MatrixView): Promise<void> {
  const chart = element("div", { className: "chart" });
  let drawn: Result | undefined;
  const domain = domainOf(view);
  const draw = async (order: MatrixOrder) => {
    drawn?.finalize();
    drawn = await drawOrder(chart, view, order, domain);
  };
  const titles = view.orders.map(({ title }) => title);
  const orders = titles.length > 1 ? [radioChoice("Order", titles, (index) => void draw(view.orders[index]))] : [];
  box.replaceChildren(element("div", { className: "controls" }, ...orders), chart);
  await draw(view.orders[0]);
}

/** Of all orders, as blocks differ between them. */
function domainOf({ orders }: MatrixView): [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (const value of orders.flatMap(({ values }) => values).flat()) {
    [least, most] = [Math.min(least, value), Math.max(most, value)];
  }
  return [least, most];
}

function drawOrder(
  box: HTMLElement,
  { valueTitle, rows, columns }: MatrixView,
  order: MatrixOrder,
  domain: [number, number],
): Promise<Result> {
  const { values } = order;
  const names = values.length <= MOST_NAMED ? NAME_WIDTH : 0;
  const room = Math.max(120, Math.min(LARGEST_SIDE, box.clientWidth - names));
  const cell = wholeCell(room / Math.max(values.length, values[0].length));
  // x of tfjs-vis is the first index; its tick labels are left alone, as they reach the page as markup
  const byColumn = values[0].map((_, column) => values.map((row) => row[column]));
  const options = { width: cell * byColumn.length, height: cell * values.length, domain };
  const refinements = {
    x: describe(columns, order.columns, rows.title === columns.title ? `other ${columns.title}` : columns.title),
    y: describe(rows, order.rows, rows.title),
    valueTitle,
  };
  return drawRefined(
    box,
    (target) => heatmap(target, { values: byColumn }, options),
    (spec) => refined(spec, refinements),
  );
}

/** Whole pixels of the screen, so that no seams show between cells. */
function wholeCell(size: number): number {
  const ratio = window.devicePixelRatio || 1;
  return Math.min(LARGEST_CELL, Math.max(1, Math.floor(size * ratio)) / ratio);
}

interface DescribedSide {
  readonly title: string;
  readonly names: readonly string[];
  readonly classes: readonly string[] | undefined;
}

function describe(side: MatrixSide, blocks: Blocks, title: string): DescribedSide {
  return { title, names: blockNames(side, blocks), classes: blockClasses(side, blocks) };
}

interface Refinements {
  readonly x: DescribedSide;
  readonly y: DescribedSide;
  readonly valueTitle: string;
}

/** What the heat map of tfjs-vis lacks: names and classes on hover, names along the axes where there is room, a legend below. */
function refined(spec: VisualizationSpec, { x, y, valueTitle }: Refinements): VisualizationSpec {
  const { data, encoding, ...rest } = spec as {
    data: { values: { x: number; y: number; value: number }[] };
    encoding: Record<string, object>;
  } & VisualizationSpec;
  const cells = data.values.map((cell) => ({
    ...cell,
    column: x.names[cell.x],
    row: y.names[cell.y],
    ...(x.classes && { columnClass: x.classes[cell.x] }),
    ...(y.classes && { rowClass: y.classes[cell.y] }),
  }));
  const tooltip = [
    { field: "row", title: y.title },
    ...(y.classes ? [{ field: "rowClass", title: "class" }] : []),
    { field: "column", title: x.title },
    ...(x.classes ? [{ field: "columnClass", title: y.classes ? "its class" : "class" }] : []),
  ].map((field) => ({ ...field, type: "nominal" }));
  return {
    ...rest,
    autosize: "pad",
    params: [
      { name: "columnNames", value: x.names },
      { name: "rowNames", value: y.names },
    ],
    data: { values: cells },
    encoding: {
      ...encoding,
      x: { ...encoding["x"], axis: axisOf(x, "columnNames", -90) },
      y: { ...encoding["y"], axis: axisOf(y, "rowNames", 0) },
      fill: { ...encoding["fill"], title: valueTitle, legend: { orient: "bottom", gradientLength: 180 } },
      tooltip: [...tooltip, { field: "value", title: valueTitle, type: "quantitative", format: ".4~g" }],
    },
  } as VisualizationSpec;
}

function axisOf({ names, title }: DescribedSide, list: string, labelAngle: number) {
  if (names.length > MOST_NAMED) return { title, labels: false, ticks: false };
  return { title: null, labelExpr: `${list}[datum.value]`, labelAngle, labelLimit: NAME_WIDTH - 10 };
}
