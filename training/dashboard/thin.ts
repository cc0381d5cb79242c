import { thin as thinCurve } from "../../eval/curves/thin.ts";
import type { Row } from "./messages.ts";

/**
 * At most about `most` of the rows, from the first to the last, with the peaks of their first metric. Rows with the same metrics are
 * thinned among themselves, so that metrics that only some rows have keep their points.
 */
export function thin(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most) return rows;
  const groups = Object.values(groupBySignature(rows)).sort((a, b) => a.length - b.length);
  if (groups.length > most / 4) return spread(rows, most);
  const kept = new Set<Row>();
  groups.forEach((group, index) => {
    const share = Math.floor((most - kept.size) / (groups.length - index));
    for (const row of peaks(group, share)) kept.add(row);
  });
  return rows.filter((row) => kept.has(row));
}

function groupBySignature(rows: readonly Row[]): Record<string, Row[]> {
  const groups = Object.create(null) as Record<string, Row[]>;
  for (const row of rows) (groups[Object.keys(row).join("\n")] ??= []).push(row);
  return groups;
}

function peaks(rows: readonly Row[], count: number): readonly Row[] {
  const metric = metricNames(rows[0])[0];
  const indices =
    metric === undefined
      ? []
      : thinCurve(
          rows.map((row) => row[metric]),
          "linear",
          count,
        );
  return indices.length === 0 ? spread(rows, count) : indices.map((index) => rows[index]);
}

/** `count` entries at even distances, the first and the last among them. */
export function spread<T>(entries: readonly T[], count: number): readonly T[] {
  if (entries.length <= count) return entries;
  if (count < 2) return entries.slice(-1);
  const step = (entries.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => entries[Math.round(index * step)]);
}

/** The metrics of a row, in its order. */
export function metricNames(row: Row): string[] {
  return Object.keys(row).filter((name) => name !== "step" && name !== "seconds");
}
