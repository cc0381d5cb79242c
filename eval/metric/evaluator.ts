import { metricOptions } from "../../models/metric/options.ts";
import { setUpMetric } from "../../models/metric/setup.ts";
import { pickOptions } from "../../src/options.ts";
import { groundMetricEvaluator } from "../ground-metric/evaluator.ts";

/** Evaluates unsupervised ground metrics: see `groundMetricEvaluator`. */
export const metricEvaluator = groundMetricEvaluator({
  task: "metric",
  title: "Unsupervised ground metric",
  setUp: (options, dataset) => setUpMetric(pickOptions(metricOptions, options), dataset),
});
