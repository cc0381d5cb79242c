import { wsvEvaluator } from "../../eval/wsv/evaluator.ts";
import { wsvOptions } from "../../models/wsv/options.ts";
import { setUpWsv, wsvSettings } from "../../models/wsv/setup.ts";
import type { Component } from "./component.ts";
import { prepareGroundMetric } from "./ground-metric.ts";

/** Wasserstein singular vectors by power iterations. */
export const wsvComponent: Component<typeof wsvOptions> = {
  name: "wsv",
  description: "Wasserstein singular vectors: distances between samples and features (Huizing et al. 2022)",
  options: wsvOptions,
  defaultDataset: "torus",
  readsMasses: true,
  evaluator: wsvEvaluator,

  async prepare(options, dataset) {
    const setup = setUpWsv(options, dataset);
    return prepareGroundMetric(wsvSettings(options, setup), setup);
  },
};
