import { metricOptions } from "../../models/metric/options.ts";
import { setUpMetric } from "../../models/metric/setup.ts";
import { pickOptions } from "../../src/options.ts";
import { groundMetricEvaluator } from "../ground-metric/evaluator.ts";
import { METRIC_CURVES } from "../ground-metric/shown.ts";

/** Evaluates unsupervised ground metrics: see `groundMetricEvaluator`. */
export const metricEvaluator = groundMetricEvaluator({
  task: "metric",
  curves: METRIC_CURVES,
  title: "Unsupervised ground metric",
  setUp: (options, dataset) => setUpMetric(pickOptions(metricOptions, options), dataset),
});
