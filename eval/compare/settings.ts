import { recordTable, type ReportSection, type TableCell } from "../report.ts";
import type { ComparedRun } from "./compared-run.ts";

/** The names of settings that are not the same in all runs, in the order in which the runs have them. */
export function differingSettings(runs: readonly Pick<ComparedRun, "settings">[]): string[] {
  const names = [...new Set(runs.flatMap(({ settings }) => Object.keys(settings)))];
  return names.filter((name) => new Set(runs.map(({ settings }) => textOf(settings[name]))).size > 1);
}

/** A table of the settings that differ, a column a run, and those that all share, folded up. */
export function settingsSections(runs: readonly ComparedRun[]): ReportSection[] {
  if (runs.length < 2) return [];
  const differing = differingSettings(runs);
  const common = Object.entries(runs[0].settings).filter(([name]) => !differing.includes(name));
  const rows = differing.map((name) => [name, ...runs.map(({ settings }) => cellOf(settings[name]))]);
  return [
    differing.length > 0
      ? {
          kind: "table",
          title: "Settings that differ",
          columns: [{ title: "setting" }, ...runs.map(({ name }) => ({ title: name }))],
          rows,
        }
      : { kind: "text", title: "Settings that differ", paragraphs: ["None: all runs have the same settings."] },
    recordTable(Object.fromEntries(common), { title: "Settings that all share", collapsed: true }),
  ];
}

function cellOf(value: unknown): TableCell {
  return value !== null && typeof value === "object" ? JSON.stringify(value) : (value as TableCell);
}

function textOf(value: unknown): string {
  return JSON.stringify(value) ?? "";
}
