import { SECONDS, type ResultFigure } from "../compare/result-figure.ts";
import type { MetricPanels } from "../curves/metric-panel.ts";

export const EMBED_CURVES: MetricPanels = {
  stepTitle: "step",
  panels: [
    { title: "objective", metrics: ["objective", "wasserstein", "biconvex"], scale: "log" },
    { title: "mass that a step moves", metrics: ["residual"], scale: "log" },
    { title: "FOSCTTM", metrics: ["foscttm"], scale: "linear" },
    { title: "label transfer", metrics: ["labelTransfer"], scale: "linear" },
    { title: "starts that still move", metrics: ["moving"], scale: "linear" },
    { title: "search", metrics: ["distortion", "validation", "chosen"], scale: "log", stepTitle: "candidate" },
  ],
};

/** What the objective is made of. */
const MODEL = ["lambda", "target", "resolution", "preprocess", "distance", "neighbors", "hops", "scaleCosts", "rho"];

export const EMBED_RESULTS: readonly ResultFigure[] = [
  { title: "FOSCTTM", path: "foscttm.mean", better: "lower", bars: true },
  { title: "label transfer, X to Y", path: "labelTransfer.xToY", better: "higher", bars: true },
  { title: "label transfer, Y to X", path: "labelTransfer.yToX", better: "higher" },
  { title: "objective", path: "objective.value", better: "lower", bars: true, dependsOn: MODEL },
  { title: "steps", path: "steps" },
  SECONDS,
];
