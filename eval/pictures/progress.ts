import { columnsOf, type Columns } from "../curves/columns.ts";
import { drawablePanels } from "../curves/drawable.ts";
import type { MetricLevel, MetricPanels } from "../curves/metric-panel.ts";
import { thin } from "../curves/thin.ts";
import type { Metrics } from "../../models/task.ts";
import type { Draw } from "../evaluator.ts";
import { lineChart } from "./line-chart.ts";
import type { Picture } from "./picture.ts";

/** The picture `progress` of a run's metrics over its steps; none where it has no two points of any of them. */
export function progressPicture(
  history: readonly Metrics[],
  shown: MetricPanels,
  levels: readonly MetricLevel[] = [],
): Readonly<Record<string, Draw>> {
  const columns = columnsOf(history);
  const finite = levels.filter(({ value }) => Number.isFinite(value)); // an exact image has an infinite PSNR
  const panels = drawablePanels(shown.panels, [columns]);
  return panels.length > 0 ? { progress: () => draw(columns, { ...shown, panels }, finite) } : {};
}

async function draw(
  columns: Columns,
  { panels, stepTitle }: MetricPanels,
  levels: readonly MetricLevel[],
): Promise<Picture> {
  const lines = panels.map(({ title, metrics, scale, stepTitle: xTitle }) => ({
    title,
    scale,
    ...(xTitle !== undefined && { xTitle }),
    levels: levels.filter(({ metric }) => metrics.includes(metric)),
    series: metrics
      .filter((name) => name in columns)
      .map((name) => ({
        name,
        points: thin(columns[name], scale).map((index) => [columns["step"][index]!, columns[name][index]!] as const),
      })),
  }));
  const still = await lineChart(lines, stepTitle);
  return { ...still, view: { kind: "curves", stepTitle, panels, levels, runs: [{ name: "run", columns }] } };
}
