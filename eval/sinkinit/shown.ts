import { SECONDS, type ResultFigure } from "../compare/result-figure.ts";
import type { MetricPanels } from "../curves/metric-panel.ts";

export const SINKINIT_CURVES: MetricPanels = {
  stepTitle: "step",
  panels: [
    { title: "loss", metrics: ["loss"], scale: "linear" },
    { title: "iterations to 1%", metrics: ["iterations"], scale: "linear" },
    { title: "learning rate", metrics: ["rate"], scale: "linear" },
  ],
};

/** What the evaluation is on. */
const PROBLEM = ["grid", "epsilon", "cost"];

export const SINKINIT_RESULTS: readonly ResultFigure[] = [
  {
    title: "iterations to 1% of the cost",
    path: "learned.iterations_to_cost.mean",
    better: "lower",
    bars: true,
    dependsOn: PROBLEM,
  },
  {
    title: "iterations to 0.01 violation",
    path: "learned.iterations_to_violation.mean",
    better: "lower",
    bars: true,
    dependsOn: PROBLEM,
  },
  {
    title: "median error after two iterations",
    path: "learned.median_error_after_two",
    better: "lower",
    dependsOn: PROBLEM,
  },
  { title: "ms a pair to 1%, on the host", path: "learned.milliseconds_to_cost", better: "lower", dependsOn: PROBLEM },
  { title: "iterations from ones", path: "ones.iterations_to_cost.mean" },
  { title: "loss", path: "loss", better: "lower", dependsOn: [...PROBLEM, "objective", "noGenerator"] },
  { title: "samples", path: "samples" },
  SECONDS,
];
