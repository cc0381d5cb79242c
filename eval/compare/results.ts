import type { TableCell } from "../report.ts";
import type { ComparedRun } from "./compared-run.ts";
import type { ResultFigure } from "./result-figure.ts";
import { differingSettings } from "./settings.ts";

/** A figure of all runs, in their order. */
export interface ComparedFigure {
  readonly figure: ResultFigure;
  /** Undefined where a run has none. */
  readonly values: readonly (number | undefined)[];
  /** Indices of the runs that have the best value: none where that means nothing, or all have the same. */
  readonly best: readonly number[];
  /** Why none is best although the figure has a better end; undefined: there is a best, or no better end. */
  readonly incomparable?: string | undefined;
}

/** The figures that some run has. */
export function compareResults(runs: readonly ComparedRun[], figures: readonly ResultFigure[]): ComparedFigure[] {
  const differing = new Set(differingSettings(runs));
  const sameData = new Set(runs.map(({ data }) => data)).size === 1;
  return figures
    .map((figure) => {
      const values = runs.map(({ summary }) => valueAt(summary, figure.path));
      const depends = figure.dependsOn?.filter((name) => differing.has(name)) ?? [];
      const reason = sameData ? depends.join(", ") : "data";
      const incomparable = figure.better && reason !== "" ? reason : undefined;
      return { figure, values, best: incomparable ? [] : bestOf(values, figure.better), incomparable };
    })
    .filter(({ values }) => values.some((value) => value !== undefined));
}

/** The number at a path of names and positions; also a number that JSON has as text, as "Infinity". */
export function valueAt(summary: unknown, path: string): number | undefined {
  let value = summary;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && !Number.isNaN(number) ? number : undefined;
}

/** Indices of the best of at least two different values. */
export function bestOf(values: readonly (number | undefined)[], better: ResultFigure["better"]): number[] {
  const known = values.filter((value) => value !== undefined);
  if (better === undefined || new Set(known).size < 2) return [];
  const best = better === "lower" ? Math.min(...known) : Math.max(...known);
  return values.flatMap((value, index) => (value === best ? [index] : []));
}

/** What a table of results needs to say about its marks. */
export function markNote(compared: readonly ComparedFigure[]): string {
  const without = compared.filter(({ incomparable }) => incomparable !== undefined);
  const reasons = [...new Set(without.map(({ incomparable }) => incomparable!))].map((reason) => {
    const titles = without.filter(({ incomparable }) => incomparable === reason).map(({ figure }) => figure.title);
    return `No best is told of ${titles.join(", ")}, as the runs differ in ${reason}.`;
  });
  const isMarked = compared.some(({ best }) => best.length > 0);
  return [...(isMarked ? ["The best of each figure is marked."] : []), ...reasons].join(" ");
}

/** A row a run: its name and its figures. */
export function resultRows(runs: readonly ComparedRun[], compared: readonly ComparedFigure[]): TableCell[][] {
  return runs.map(({ name }, run) => [name, ...compared.map(({ values }) => values[run])]);
}
