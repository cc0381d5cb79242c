import { existsSync } from "#platform/files";
import type { MetricsRow } from "../models/task.ts";
import { InputError } from "../src/errors.ts";
import { readText } from "../src/files/read.ts";

/**
 * The rows of `metrics.jsonl`, null in it as NaN; a last line that a kill cut short is passed over, and so is a file that is not
 * there. Throws InputError for a line that is no row.
 */
export async function readHistory(file: string): Promise<MetricsRow[]> {
  if (!existsSync(file)) return [];
  const lines = (await readText(file)).split("\n").slice(0, -1);
  return lines.map((line, index) => {
    const row = parseRow(line);
    if (row) return row;
    throw new InputError(`${file}: damaged, line ${index + 1} is no row of metrics; restore it, or remove it`);
  });
}

function parseRow(line: string): MetricsRow | undefined {
  try {
    const row = JSON.parse(line) as Record<string, unknown>;
    for (const name in row) {
      row[name] ??= NaN;
      if (typeof row[name] !== "number") return undefined;
    }
    return Number.isInteger(row["step"]) ? (row as MetricsRow) : undefined;
  } catch {
    return undefined;
  }
}
