import { samplesOf, type Dataset } from "../../src/data/dataset.ts";
import { nativeStatus } from "../../src/native/loader.ts";
import type { StepCost } from "../../src/tensor/device-rule.ts";
import { gradientCost } from "../../src/transport/barycenter/step-cost.ts";
import type { WdlOptions } from "./options.ts";

/** What a step costs, about one gradient: by it `useBackend` finds out whether a GPU pays. */
export function wdlStepCost(
  { atoms, iterations, sinkhornIterations, gamma, cost, debiased }: WdlOptions,
  dataset: Dataset,
): StepCost {
  const [points, ...size] = samplesOf(dataset).values.shape;
  const sizes = {
    points,
    atoms,
    iterations: sinkhornIterations,
    epsilon: gamma,
    size,
    isDense: cost !== undefined,
    debiased,
  };
  return { ...gradientCost(sizes, nativeStatus().addon?.describe().threads), steps: iterations };
}
