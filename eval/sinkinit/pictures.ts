import type { Metrics } from "../../models/task.ts";
import { lineChart, type LinePanel } from "../pictures/line-chart.ts";
import { progressPicture } from "../pictures/progress.ts";
import type { Draw } from "../evaluator.ts";
import { violins } from "../pictures/violins.ts";
import type { MethodFigures } from "./compare.ts";
import { THRESHOLD } from "./convergence.ts";
import { SINKINIT_CURVES } from "./shown.ts";

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
      title: "relative error after two iterations",
      groups: methods.map(({ name, errorsAfterTwo }) => ({ name, values: errorsAfterTwo })),
    },
    {
      title: "marginal violation after two iterations",
      groups: methods.map(({ name, violationsAfterTwo }) => ({ name, values: violationsAfterTwo })),
    },
  ];
  return {
    curves: () => lineChart(curves, "Sinkhorn iteration"),
    violins: () => violins(distributions),
    ...progressPicture(history, SINKINIT_CURVES),
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
