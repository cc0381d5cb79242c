import { mapUnits, shownFields, type Json } from "./chart-fields.ts";
import type { Rows } from "./rows.ts";

/** Marks that carry words and pictures, not figures. */
const WORDS = ["text", "image"];

/**
 * What the marks of a chart stand for, their columns named as on its axes and in its legends: a table for all marks with the same
 * columns, each row once. None where no mark has a field that is meant for a reader.
 */
export function chartTables(spec: object): Rows[] {
  const tables = new Map<string, { readonly seen: Set<string>; readonly rows: Record<string, unknown>[] }>();
  mapUnits(spec as Json, (unit, around) => {
    const fields = WORDS.includes(markOf(unit)) ? [] : shownFields(around);
    if (fields.length === 0) return unit;
    const columns = JSON.stringify(fields.map(({ title }) => title));
    const table = tables.get(columns) ?? { seen: new Set(), rows: [] };
    tables.set(columns, table);
    for (const row of around.rows ?? []) {
      const shown = Object.fromEntries(fields.map(({ field, title }) => [title, row[field]]));
      const key = JSON.stringify(shown);
      if (!table.seen.has(key)) table.rows.push(shown);
      table.seen.add(key);
    }
    return unit;
  });
  return [...tables.values()].map(({ rows }) => rows).filter((rows) => rows.length > 0);
}

function markOf({ mark }: Json): string {
  return typeof mark === "string" ? mark : String((mark as Json)["type"]);
}
