import type { MetricPanels } from "../../eval/curves/metric-panel.ts";
import { components } from "../components/index.ts";
import type { Row } from "./messages.ts";
import { metricNames } from "./thin.ts";

/** What is drawn of a run's metrics: what its component says; of a task that is none of ours, each metric by itself. */
export function panelsOf(task: string | undefined, latest: Row): MetricPanels {
  if (task !== undefined && Object.hasOwn(components, task)) return components[task].evaluator.curves;
  const panels = metricNames(latest).map((name) => ({ title: name, metrics: [name], scale: "linear" as const }));
  return { stepTitle: "step", panels };
}

/** The metric that stands for a run in the list: the first that it has of those that are drawn. */
export function mainMetric(task: string | undefined, latest: Row): string | undefined {
  const { panels } = panelsOf(task, latest);
  return panels.flatMap(({ metrics }) => metrics).find((name) => name in latest);
}
