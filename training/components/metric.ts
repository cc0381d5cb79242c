import { metricEvaluator } from "../../eval/metric/evaluator.ts";
import { metricOptions } from "../../models/metric/options.ts";
import { metricSettings, setUpMetric } from "../../models/metric/setup.ts";
import type { Component } from "./component.ts";
import { prepareGroundMetric } from "./ground-metric.ts";

/** Unsupervised ground metrics: transport, Mahalanobis kernels and graph Laplacians. */
export const metricComponent: Component<typeof metricOptions> = {
  name: "metric",
  description: "unsupervised ground metrics: transport, Mahalanobis kernels, graph Laplacians",
  options: metricOptions,
  defaultDataset: "torus",
  readsMasses: true,
  evaluator: metricEvaluator,

  async prepare(options, dataset) {
    const setup = setUpMetric(options, dataset);
    return prepareGroundMetric(metricSettings(options, setup), setup);
  },
};
