import { wsvOptions } from "../../models/wsv/options.ts";
import { setUpWsv } from "../../models/wsv/setup.ts";
import { pickOptions } from "../../src/options.ts";
import { groundMetricEvaluator } from "../ground-metric/evaluator.ts";
import { WSV_CURVES } from "../ground-metric/shown.ts";

/** Evaluates Wasserstein singular vectors: see `groundMetricEvaluator`. */
export const wsvEvaluator = groundMetricEvaluator({
  task: "wsv",
  curves: WSV_CURVES,
  title: "Wasserstein singular vectors",
  setUp: (options, dataset) => setUpWsv(pickOptions(wsvOptions, options), dataset),
});
