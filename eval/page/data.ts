import type { VisualizationSpec } from "vega-embed";
import type { PointsView, View } from "../views.ts";

/** Rows of one kind: what a chart was drawn from. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

/** The figures of a view, as tables. */
export function dataTables(view: View): Rows[] {
  switch (view.kind) {
    case "chart":
      return dataSets(view.spec);
    case "points":
      return [placedPoints(view)];
    default:
      return view satisfies never;
  }
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
