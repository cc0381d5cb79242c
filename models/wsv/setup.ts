import type { Dataset } from "../../src/data/dataset.ts";
import { normalized, stochastic } from "../ground-metric/algorithms.ts";
import { leastDimensionOf, setUpGroundMetric, type GroundMetricSetup } from "../ground-metric/setup.ts";
import type { GroundMetricSettings } from "../ground-metric/task.ts";
import type { WsvOptions } from "./options.ts";

/** Data and maps of Wasserstein singular vectors. Throws InputError. */
export function setUpWsv(options: WsvOptions, dataset: Dataset): GroundMetricSetup {
  return setUpGroundMetric(options, { map: options.solver, tau: options.tau }, dataset);
}

/**
 * Power iterations for Wasserstein singular vectors (Huizing et al. 2022): the largest entries of the maps' values converge to
 * the singular values lambda and mu. With `stochastic` below 1, section 3 of the paper.
 */
export function wsvSettings(options: WsvOptions, setup: GroundMetricSetup): GroundMetricSettings {
  return {
    name: "wsv",
    sides: setup.sides,
    tau: options.tau,
    homogeneous: true,
    rule: options.stochastic < 1 ? stochastic : normalized,
    scales: { features: 1, samples: 1 },
    scaleNames: { features: "lambda", samples: "mu" },
    share: options.stochastic,
    iterations: options.iterations,
    tolerance: options.tolerance,
    leastDimension: leastDimensionOf(options, setup),
  };
}
