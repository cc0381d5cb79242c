import type { VisualizationSpec } from "vega-embed";
import type { ChartView, CurvesView, MatrixView, PointsView, SpaceSet, View } from "../views.ts";
import { blockNames } from "./block-names.ts";
import { chartTables } from "./chart-tables.ts";
import type { Rows } from "./rows.ts";
import { reconstructionRows, weightRows } from "./weight-rows.ts";

/** The figures of a view, as tables. */
export function dataTables(view: View): Rows[] {
  switch (view.kind) {
    case "chart":
      return tablesOf(view);
    case "morph":
      return [weightRows(view)];
    case "reconstructions":
      return [reconstructionRows(view)];
    case "points":
      return [placedPoints(view)];
    case "surface":
      return view.sets.map(spaceRows);
    case "matrix":
      return matrixRows(view);
    case "bars":
      return [
        view.charts.flatMap(({ title, bars }) => bars.map(({ name, value }) => ({ figure: title, run: name, value }))),
      ];
    case "curves":
      return [curveRows(view)];
    default:
      return view satisfies never;
  }
}

/** A row a step, with the name of its run where there are several. */
function curveRows({ runs }: CurvesView): Rows {
  return runs.flatMap(({ name, columns }) => {
    const metrics = Object.keys(columns);
    return columns["step"].map((_, row) => ({
      ...(runs.length > 1 && { run: name }),
      ...Object.fromEntries(metrics.map((metric) => [metric, columns[metric][row]])),
    }));
  });
}

/** What can be read off a chart; of one that only shows where points lie, all that it was drawn from. */
function tablesOf({ spec }: ChartView): Rows[] {
  const tables = chartTables(spec);
  return tables.length > 0 ? tables : dataSets(spec);
}

/** How many rows a chart is drawn from. */
export function countRows(spec: VisualizationSpec): number {
  return dataSets(spec).reduce((sum, rows) => sum + rows.length, 0);
}

/** The data sets of a specification, wherever in it they stand; those of labels alone, without a field, are none. */
function dataSets(spec: unknown): Rows[] {
  if (typeof spec !== "object" || spec === null) return [];
  if (Array.isArray(spec)) return spec.flatMap(dataSets);
  return Object.entries(spec).flatMap(([name, value]) => {
    if (name !== "data") return dataSets(value);
    const { values } = (value ?? {}) as { readonly values?: unknown };
    const rows = Array.isArray(values) ? (values as Rows) : [];
    return rows.some((row) => Object.keys(row).length > 0) ? [rows] : [];
  });
}

/** A row for each point; one that a layout leaves out has no place there. */
function placedPoints({ what, names, labels, layouts }: PointsView): Rows {
  const rows: Record<string, unknown>[] = names.map((name, point) => ({
    [what]: name,
    ...(labels && { class: labels[point] ?? "" }),
  }));
  for (const { title, rows: chosen, points } of layouts) {
    points.forEach(([x, y], row) =>
      Object.assign(rows[chosen ? chosen[row] : row], { [`${title} x`]: x, [`${title} y`]: y }),
    );
  }
  return rows;
}

/** A row an entry; where entries are pooled, a table an order. */
function matrixRows({ valueTitle, rows, columns, orders }: MatrixView): Rows[] {
  const isWhole = orders.every(
    ({ values }) => values.length === rows.names.length && values[0].length === columns.names.length,
  );
  const title = rows.title === columns.title ? `other ${columns.title}` : columns.title;
  return (isWhole ? orders.slice(0, 1) : orders).map((order) => {
    const [rowNames, columnNames] = [blockNames(rows, order.rows), blockNames(columns, order.columns)];
    return order.values.flatMap((values, row) =>
      values.map((value, column) => ({
        [rows.title]: rowNames[row],
        [title]: columnNames[column],
        [valueTitle]: value,
      })),
    );
  });
}

function spaceRows({ name, names, points, labels, masses }: SpaceSet): Rows {
  return points.map(([x, y, z], point) => ({
    [name]: names[point],
    ...(labels && { class: labels[point] ?? "" }),
    ...(masses && { mass: masses[point] }),
    x,
    y,
    z,
  }));
}
