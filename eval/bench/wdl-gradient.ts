import { barycenterInputs, type Factors } from "../../models/wdl/factors.ts";
import { setUpWdl } from "../../models/wdl/setup.ts";
import { resolveOptions } from "../../src/options.ts";
import { wdlOptions } from "../../models/wdl/options.ts";
import { softmax } from "../../models/wdl/simplex.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { best, GOLDEN, type BenchResult } from "./timing.ts";

export interface WdlGradientSettings {
  readonly sinkhornIterations: number;
  readonly gamma: number;
  readonly alpha: number;
  readonly heavyBall: number;
  readonly unbalanced: number | undefined;
  readonly invert: boolean;
  /** File of a ground cost [n, n] in the place of the pixel grid. */
  readonly cost: string | undefined;
  readonly atoms: number;
  readonly repeat: number;
}

/**
 * One loss and gradient of Wasserstein dictionary learning with the KL loss, through the softmax of atoms and weights,
 * from the start alpha[s,k] = frac((s+1)(k+1) golden), beta[i,s] = frac((iS+s) golden).
 */
export async function wdlGradient(dataset: Dataset, settings: WdlGradientSettings): Promise<BenchResult> {
  const { repeat, ...given } = settings;
  const setup = await setUpWdl(resolveOptions(wdlOptions, given), dataset);
  const { pixels, atoms: count, term, operator } = setup.problem;
  const alpha = Float64Array.from({ length: count * pixels }, (_, i) => {
    return ((Math.floor(i / pixels) + 1) * ((i % pixels) + 1) * GOLDEN) % 1;
  });
  const beta = Float64Array.from({ length: setup.points * count }, (_, i) => (i * GOLDEN) % 1);
  const inputsOf = (factors: Factors) => barycenterInputs(setup.problem, factors);
  const { seconds, value } = await best(repeat, async () => {
    const factors = { atoms: softmax.forward(alpha, pixels), weights: softmax.forward(beta, count) };
    const { value: loss, gradient } = await operator.lossAndGradient(inputsOf(factors), term);
    return {
      loss,
      alpha: softmax.backward(gradient.atoms, factors.atoms, pixels),
      beta: softmax.backward(gradient.weights, factors.weights, count),
    };
  });
  const [height, width = 1] = setup.pointShape.slice(-2);
  const depth = setup.pointShape.at(-3);
  const { sinkhornIterations: iterations } = settings;
  return {
    work: "wdl_gradient",
    images: setup.points,
    ...(depth === undefined ? {} : { depth }),
    height: height!,
    width,
    kernel: settings.cost === undefined ? "separable" : "dense",
    iterations,
    variant: variantName(settings),
    dtype: operator.name,
    loss: value.loss,
    norm_alpha: norm(value.alpha), // for comparison; no part of the work
    norm_beta: norm(value.beta),
    seconds,
  };
}

function variantName({ heavyBall, unbalanced }: WdlGradientSettings): string {
  const names = [heavyBall !== 0 && "heavy-ball", unbalanced !== undefined && "unbalanced"].filter(
    (name) => name !== false,
  );
  return names.join(", ") || "plain";
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
