import type { TrainedRun } from "../evaluator.ts";
import type { Pictures } from "../pictures/picture.ts";
import { figureSections, type FigureCaption, recordTable, type Report } from "../report.ts";
import type { MethodFigures } from "./compare.ts";

/** Captions of the pictures, in the order of the report. */
const CAPTIONS: readonly FigureCaption[] = [
  ["curves", "Convergence", "Mean over the pairs, from each start."],
  ["violins", "After two iterations", "Distribution over the pairs; the line is the median."],
  ["progress", "Training", "Loss of the approximator along the training."],
];

export function sinkinitReport(
  methods: readonly MethodFigures[],
  pictures: Pictures,
  summary: Readonly<Record<string, unknown>>,
  run: TrainedRun,
): Report {
  const figures = figureSections(CAPTIONS, pictures);
  return {
    title: "Learned start for Sinkhorn",
    subtitle: `${run.name}: ${summary["pairs"]} pairs of ${summary["data"]}`,
    highlights: methods.map(({ name, toCost }) => ({
      label: name,
      value: toCost.mean.toFixed(1),
      note: "mean iterations to 1% of the transport cost",
    })),
    sections: [
      {
        kind: "table",
        title: "Starts",
        caption:
          "Iterations to 1% of the converged transport cost and to a marginal violation of 0.01; one that a network makes itself is counted everywhere.",
        columns: [
          { title: "start" },
          { title: "iterations to 1% cost", digits: 1 },
          { title: "deviation", digits: 1 },
          { title: "iterations to 0.01 violation", digits: 1 },
          { title: "deviation", digits: 1 },
          { title: "median error after two", digits: 4 },
          { title: "ms a pair to 1%, float64 on the host", digits: 2 },
          { title: "of it the start", digits: 3 },
        ],
        rows: methods.map((method) => [
          method.name,
          method.toCost.mean,
          method.toCost.deviation,
          method.toViolation.mean,
          method.toViolation.deviation,
          method.medianErrorAfterTwo,
          method.milliseconds,
          method.startMilliseconds,
        ]),
      },
      ...figures,
      recordTable(summary, { title: "Summary" }),
      recordTable(run.config.options, { title: "Configuration", collapsed: true }),
    ],
  };
}
