import { shapeOf, type Dataset } from "../../src/data/dataset.ts";
import { nativeStatus } from "../../src/native/loader.ts";
import type { StepCost } from "../../src/tensor/device-rule.ts";
import { gradientCost } from "../../src/transport/barycenter/step-cost.ts";
import type { WdlOptions } from "./options.ts";

/** What a step costs, about one gradient: by it `useBackend` finds out whether a GPU pays. */
export function wdlStepCost(
  { atoms, iterations, sinkhornIterations, gamma, cost, debiased, batch }: WdlOptions,
  dataset: Dataset,
): StepCost {
  const [all, ...size] = shapeOf(dataset);
  const sizes = {
    points: Math.min(all, batch ?? all),
    atoms,
    iterations: sinkhornIterations,
    epsilon: gamma,
    size,
    isDense: cost !== undefined,
    debiased,
  };
  return { ...gradientCost(sizes, nativeStatus().addon?.describe().threads), steps: iterations };
}
