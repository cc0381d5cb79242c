import { SECONDS, type ResultFigure } from "../compare/result-figure.ts";
import type { MetricPanel, MetricPanels } from "../curves/metric-panel.ts";

const CHANGE: MetricPanel = { title: "change between iterates", metrics: ["hilbert", "residual"], scale: "log" };
const SILHOUETTE: MetricPanel = {
  title: "average silhouette width",
  metrics: ["silhouette", "featureSilhouette"],
  scale: "linear",
};
const SPREAD: readonly MetricPanel[] = [
  { title: "dimensions that distances spread over", metrics: ["dimension"], scale: "linear" },
  { title: "share of the regulariser", metrics: ["regularizer"], scale: "linear" },
];

export const WSV_CURVES: MetricPanels = {
  stepTitle: "iteration",
  panels: [CHANGE, { title: "singular values", metrics: ["lambda", "mu"], scale: "linear" }, SILHOUETTE, ...SPREAD],
};

export const METRIC_CURVES: MetricPanels = {
  stepTitle: "iteration",
  panels: [
    CHANGE,
    { title: "scales", metrics: ["lambda", "mu", "alpha", "beta"], scale: "linear" },
    { title: "largest entry", metrics: ["largestFeatures", "largestSamples"], scale: "linear" },
    SILHOUETTE,
    ...SPREAD,
  ],
};

export const GROUND_METRIC_RESULTS: readonly ResultFigure[] = [
  { title: "silhouette of the samples", path: "scores.samples.0.silhouette", better: "higher", bars: true },
  { title: "silhouette of the features", path: "scores.features.0.silhouette", better: "higher", bars: true },
  { title: "Dunn index of the samples", path: "scores.samples.0.dunn", better: "higher" },
  { title: "Euclidean silhouette of the samples", path: "scores.samples.1.silhouette" },
  { title: "Hilbert metric between the last iterates", path: "hilbert", better: "lower" },
  { title: "iterations", path: "iterations" },
  SECONDS,
];
