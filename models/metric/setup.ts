import type { Dataset } from "../../src/data/dataset.ts";
import { OptionError } from "../../src/errors.ts";
import {
  adaptive,
  normalized,
  randomFunctionIterations,
  stochastic,
  unnormalized,
  type UpdateRule,
} from "../ground-metric/algorithms.ts";
import type { MapName } from "../ground-metric/maps/index.ts";
import { leastDimensionOf, setUpGroundMetric, type GroundMetricSetup } from "../ground-metric/setup.ts";
import type { GroundMetricSettings } from "../ground-metric/task.ts";
import type { MetricOptions } from "./options.ts";

const TRANSPORT: readonly MapName[] = ["exact", "sinkhorn"];

/** Data and maps of unsupervised ground metrics. Throws InputError for data or options that do not go together. */
export function setUpMetric(options: MetricOptions, dataset: Dataset): GroundMetricSetup {
  ruleOf(options);
  const map: MapName = options.method === "wasserstein" ? "exact" : options.method;
  if (options.raw && TRANSPORT.includes(map)) {
    throw new OptionError("raw", `transport needs histograms, so not with method ${options.method}; leave it out`);
  }
  const { tau, sigma, raw } = options;
  return setUpGroundMetric(options, { map, tau, sigma, raw }, dataset);
}

/** Fixed points of the ground metric paper, Algorithms 1 to 3. */
export function metricSettings(options: MetricOptions, setup: GroundMetricSetup): GroundMetricSettings {
  const { algorithm, alpha, beta } = options;
  const isNormalized = algorithm === "normalized";
  const showsScales = isNormalized || options.adaptive;
  return {
    name: "metric",
    sides: setup.sides,
    tau: options.tau,
    homogeneous: isNormalized,
    rule: ruleOf(options),
    scales: isNormalized ? { features: 1, samples: 1 } : { features: alpha, samples: beta },
    ...(showsScales && {
      scaleNames: isNormalized ? { features: "lambda", samples: "mu" } : { features: "alpha", samples: "beta" },
    }),
    share: options.stochastic,
    iterations: options.iterations,
    tolerance: options.tolerance,
    leastDimension: leastDimensionOf(options, setup),
    mostRegularizer: options.mostRegularizer,
  };
}

/** Throws OptionError for options that exclude each other. */
function ruleOf({ algorithm, adaptive: follows, stochastic: share, step }: MetricOptions): UpdateRule {
  if (follows && algorithm !== "unnormalized") {
    throw new OptionError("adaptive", `only with algorithm unnormalized, got ${algorithm}; leave one of them out`);
  }
  switch (algorithm) {
    case "normalized":
      return share < 1 ? stochastic : normalized;
    case "unnormalized":
      if (share < 1) {
        throw new OptionError("stochastic", `expected 1 with algorithm unnormalized, got ${share}; use algorithm rfi`);
      }
      return follows ? adaptive : unnormalized;
    case "rfi":
      return randomFunctionIterations(step);
    default:
      return algorithm satisfies never;
  }
}
