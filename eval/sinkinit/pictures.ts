import type { Metrics } from "../../models/task.ts";
import { lineChart, type LinePanel } from "../pictures/line-chart.ts";
import type { Draw } from "../evaluator.ts";
import { violins } from "../pictures/violins.ts";
import type { MethodFigures } from "./compare.ts";
import { THRESHOLD } from "./convergence.ts";

/** `curves` and `violins` as in the paper's figures 1 and 4 to 6; `progress` where there is a history. */
export function sinkinitPictures(
  methods: readonly MethodFigures[],
  history: readonly Metrics[],
): Readonly<Record<string, Draw>> {
  const curves = [
    curvePanel("relative error of the transport cost", methods, ({ meanErrors }) => meanErrors),
    curvePanel("marginal violation", methods, ({ meanViolations }) => meanViolations),
  ];
  const distributions = [
    {
      title: "relative error after one iteration",
      groups: methods.map(({ name, errorsAfterOne }) => ({ name, values: errorsAfterOne })),
    },
    {
      title: "marginal violation after one iteration",
      groups: methods.map(({ name, violationsAfterOne }) => ({ name, values: violationsAfterOne })),
    },
  ];
  return {
    curves: () => lineChart(curves, "Sinkhorn iteration"),
    violins: () => violins(distributions),
    ...(history.length > 1 && { progress: () => lineChart(progressPanels(history), "step") }),
  };
}

function curvePanel(
  title: string,
  methods: readonly MethodFigures[],
  curve: (method: MethodFigures) => Float64Array,
): LinePanel {
  return {
    title,
    scale: "log",
    levels: [{ name: "1%", value: THRESHOLD }],
    series: methods.map((method) => ({
      name: method.name,
      points: Array.from(curve(method), (value, index) => [index + 1, value] as const),
    })),
  };
}

/** Steps shown; longer histories are thinned. */
const MOST_POINTS = 400;

function progressPanels(history: readonly Metrics[]): LinePanel[] {
  const every = Math.ceil(history.length / MOST_POINTS);
  const shown = history.filter((_, index) => index % every === 0);
  const evaluated = history.filter((row) => row["iterations"] !== undefined);
  const panels: LinePanel[] = [
    { title: "loss", series: [{ name: "loss", points: shown.map((row) => [row["step"], row["loss"]] as const) }] },
  ];
  if (evaluated.length > 1) {
    panels.push({
      title: "iterations to 1%",
      series: [{ name: "learned", points: evaluated.map((row) => [row["step"], row["iterations"]] as const) }],
    });
  }
  return panels;
}
