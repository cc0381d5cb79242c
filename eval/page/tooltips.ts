import { mapUnits, shownFields, type Around, type Json } from "./chart-fields.ts";
import type { Rows } from "./rows.ts";

/** Marks that stand for a row each. */
const SINGLE = ["point", "circle", "square", "bar", "rect", "tick", "arc", "rule"];
/** Marks that stand for many rows: what is under the pointer is shown by points that are not seen. */
const JOINED = ["line", "area", "trail"];
/** Lines of more rows have no such points. */
const MOST_POINTS = 2000;
/** CSS pixels squared. */
const POINT_SIZE = 120;

/**
 * Marks show on hover what they stand for: the fields that axes and legends name, by their titles, numbers with 4 significant
 * digits. Marks with a tooltip of their own keep it.
 */
export function withTooltips<Spec extends object>(spec: Spec): Spec {
  return mapUnits(spec as unknown as Json, unitWithTooltip) as unknown as Spec;
}

function unitWithTooltip(unit: Json, around: Around): Json {
  const mark = typeof unit["mark"] === "string" ? { type: unit["mark"] } : (unit["mark"] as Json);
  const encoding = (unit["encoding"] ?? {}) as Json;
  if ("tooltip" in around.encoding || "tooltip" in mark) return unit;
  const tooltip = tooltipOf(around);
  if (tooltip.length === 0) return unit;
  const type = String(mark["type"]);
  if (SINGLE.includes(type)) return { ...unit, encoding: { ...encoding, tooltip } };
  const isRange = "x2" in around.encoding || "y2" in around.encoding;
  if (!JOINED.includes(type) || isRange || (around.rows?.length ?? 0) > MOST_POINTS) return unit;
  const outer = Object.fromEntries(Object.entries(unit).filter(([name]) => name !== "mark" && name !== "encoding"));
  const points = { type: "point", filled: true, opacity: 0, size: POINT_SIZE };
  const { x, y } = around.encoding;
  return {
    ...outer,
    layer: [
      { mark, encoding },
      { mark: points, encoding: { x, y, tooltip } },
    ],
  };
}

function tooltipOf(around: Around): Json[] {
  return shownFields(around).map(({ field, title, type }) => ({
    field,
    title,
    type,
    ...(type === "quantitative" && { format: isWhole(around.rows, field) ? "d" : ".4~g" }),
  }));
}

/** Counts and places are written in full. */
function isWhole(rows: Rows | undefined, field: string): boolean {
  return rows?.every((row) => Number.isInteger(row[field])) ?? false;
}
