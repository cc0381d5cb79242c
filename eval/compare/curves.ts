import type { MetricPanels } from "../curves/metric-panel.ts";
import { drawablePanels } from "../curves/drawable.ts";
import type { ReportSection } from "../report.ts";
import type { ComparedRun } from "./compared-run.ts";
import { thinRows } from "./thin-rows.ts";

/** Numbers that the curves of a page consist of: about one megabyte. */
const MOST_NUMBERS = 140_000;

/**
 * The curves of runs in one figure, thinned where they are long.
 *
 * @param share of the page that they may take, in (0, 1]
 */
export function curvesSections(
  runs: readonly ComparedRun[],
  { stepTitle, panels }: MetricPanels,
  share: number,
): ReportSection[] {
  const shown = drawablePanels(
    panels,
    runs.map(({ columns }) => columns),
  );
  if (shown.length === 0) return [];
  const names = ["step", "seconds", ...shown.flatMap(({ metrics }) => metrics)];
  const drawn = runs
    .filter(({ columns }) => (columns["step"]?.length ?? 0) > 0)
    .map(({ name, columns }) => ({
      name,
      columns: Object.fromEntries(names.filter((one) => one in columns).map((one) => [one, columns[one]])),
    }));
  const numbers = Math.max(...drawn.map(({ columns }) => Object.keys(columns).length));
  const most = Math.max(50, Math.floor((share * MOST_NUMBERS) / (drawn.length * numbers)));
  const isThinned = drawn.some(({ columns }) => columns["step"].length > most);
  const caption =
    "Metrics of all runs along their steps." +
    (isThinned
      ? ` Long runs are thinned to about ${most} steps each, peaks kept; all steps are in metrics.jsonl of a run.`
      : "");
  const view = {
    kind: "curves",
    stepTitle,
    panels: shown,
    runs: drawn.map(({ name, columns }) => ({ name, columns: thinRows(columns, most) })),
  } as const;
  return [{ kind: "figure", title: "Curves", caption, picture: { kind: "view", view } }];
}
