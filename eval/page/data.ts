import type { VisualizationSpec } from "vega-embed";
import { unpack } from "../packed.ts";
import type { MorphView, ReconstructionsView, View } from "../views.ts";

/** Rows of one kind: what a chart was drawn from. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

/** The figures of a view, as tables. */
export function dataTables(view: View): Rows[] {
  switch (view.kind) {
    case "chart":
      return dataSets(view.spec);
    case "morph":
      return [weightRows(view)];
    case "reconstructions":
      return [reconstructionRows(view)];
    default:
      return view satisfies never;
  }
}

/** Barycentric weights of the data points. */
function weightRows({ names, weights }: Pick<MorphView, "names" | "weights">): Rows {
  const values = unpack(weights);
  const atoms = values.length / names.length;
  return names.map((name, point) => {
    const row = Array.from({ length: atoms }, (_, s) => [`atom ${s + 1}`, values[point * atoms + s]]);
    return { "data point": name, ...Object.fromEntries(row) };
  });
}

/** PSNR and weights of the data points. */
function reconstructionRows(view: ReconstructionsView): Rows {
  const weights = weightRows(view);
  return view.names.map((name, point) => {
    const psnr = view.methods.map((method) => [`${method.name} (dB)`, method.psnr[point]] as const);
    return { "data point": name, ...Object.fromEntries(psnr), ...weights[point] };
  });
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
