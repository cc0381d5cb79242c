import type { Row } from "./messages.ts";

/**
 * At most about `most` of the rows, evenly over the steps, with the first and the last. Rows with the same metrics are thinned
 * among themselves, so that metrics that only some rows have keep their points.
 */
export function thin(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most) return rows;
  const groups = Object.values(groupBySignature(rows)).sort((a, b) => a.length - b.length);
  if (groups.length > most / 2) return spread(rows, most);
  const kept = new Set<Row>();
  groups.forEach((group, index) => {
    const share = Math.floor((most - kept.size) / (groups.length - index));
    for (const row of spread(group, share)) kept.add(row);
  });
  return rows.filter((row) => kept.has(row));
}

function groupBySignature(rows: readonly Row[]): Record<string, Row[]> {
  const groups: Record<string, Row[]> = Object.create(null) as Record<string, Row[]>;
  for (const row of rows) (groups[Object.keys(row).join("\n")] ??= []).push(row);
  return groups;
}

/** `count` entries at even distances, the first and the last among them. */
export function spread<T>(entries: readonly T[], count: number): readonly T[] {
  if (entries.length <= count) return entries;
  if (count < 2) return entries.slice(-1);
  const step = (entries.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => entries[Math.round(index * step)]);
}
