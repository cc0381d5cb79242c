import type { Metrics } from "../../models/task.ts";

/** A history by its columns, each as long as there are steps: `step`, `seconds`, metrics. What is absent or not finite is null. */
export type Columns = Readonly<Record<string, readonly (number | null)[]>>;

/** The columns of a history; with `names` those alone, as far as they are there. */
export function columnsOf(history: readonly Metrics[], names?: readonly string[]): Columns {
  const all = new Set<string>();
  for (const row of history) for (const name in row) all.add(name);
  const shown = names ? names.filter((name) => all.has(name)) : [...all];
  return Object.fromEntries(
    shown.map((name) => [name, history.map((row) => (Number.isFinite(row[name]) ? row[name] : null))]),
  );
}
