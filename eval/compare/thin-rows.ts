import type { Columns } from "../curves/columns.ts";
import { thin } from "../curves/thin.ts";

/** Digits that a page keeps of a number. */
const DIGITS = 6;

/**
 * The columns of a run as a page holds them: at most `most` rows, among them the extremes of every column over equally long
 * stretches, and numbers to six digits.
 */
export function thinRows(columns: Columns, most: number): Columns {
  const names = Object.keys(columns);
  const rows = columns["step"]?.length ?? 0;
  const metrics = names.filter((name) => name !== "step" && name !== "seconds");
  const kept = rows <= most ? undefined : keptRows(columns, metrics, rows, most);
  return Object.fromEntries(
    names.map((name) => {
      const values = columns[name];
      const shown = kept ? kept.map((row) => values[row]) : values;
      return [name, name === "step" ? shown : shown.map(rounded)];
    }),
  );
}

function keptRows(columns: Columns, metrics: readonly string[], rows: number, most: number): number[] {
  const each = Math.max(2, Math.floor((most - 2) / Math.max(1, metrics.length)));
  const kept = new Set([0, rows - 1]);
  for (const name of metrics) for (const row of thin(columns[name], "linear", each)) kept.add(row);
  return [...kept].sort((a, b) => a - b);
}

function rounded(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(DIGITS));
}
