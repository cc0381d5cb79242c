import { choiceOption, flagOption, numberOption, type OptionValues } from "../../src/options.ts";
import { groundMetricOptions } from "../ground-metric/options.ts";

/** Options of unsupervised ground metrics; names and defaults are those of the command line. */
export const metricOptions = {
  method: choiceOption(["wasserstein", "sinkhorn", "gaussian", "laplacian", "multiquadric", "graph"], {
    description: "what a distance is: transport, a Mahalanobis kernel, or a graph Laplacian",
    default: "sinkhorn",
  }),
  algorithm: choiceOption(["normalized", "unnormalized", "rfi"], {
    description: "Algorithm 1, 2 or 3 (random function iterations) of the paper",
    default: "normalized",
  }),
  alpha: numberOption({ description: "factor of the distances between features", default: 0.75, above: 0, most: 1e50 }),
  beta: numberOption({ description: "factor of the distances between samples", default: 0.75, above: 0, most: 1e50 }),
  adaptive: flagOption("unnormalized: let alpha and beta follow the largest distance"),
  step: numberOption({ description: "rfi: how far a sampled entry moves", default: 1, above: 0, most: 1 }),
  tau: numberOption({ description: "weight of the regulariser", default: 0.01, least: 0, most: 1e50 }),
  sigma: numberOption({ description: "scale of the kernels", default: 1, above: 0 }),
  raw: flagOption("kernels and graph: compare samples as they are, not as histograms"),
  mostRegularizer: numberOption({
    description: "stop early once the regulariser makes up this share of the distances (default: never)",
    default: undefined,
    above: 0,
    most: 1,
  }),
  ...groundMetricOptions,
} as const;

export type MetricOptions = OptionValues<typeof metricOptions>;
