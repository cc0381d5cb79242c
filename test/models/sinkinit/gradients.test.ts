import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { buildApproximator, formOf } from "../../../models/sinkinit/approximator.ts";
import { buildGenerator } from "../../../models/sinkinit/generator.ts";
import { operatorNorm } from "../../../models/sinkinit/lipschitz.ts";
import { OBJECTIVES, type ObjectiveName } from "../../../models/sinkinit/objectives.ts";
import { drawPrior } from "../../../models/sinkinit/prior.ts";
import { drawWeights, trainableVariables } from "../../../models/network/weights.ts";
import "../../../src/tensor/gradients.ts";
import { Random } from "../../../src/tensor/random.ts";
import { usePlainBackend } from "../../support/plain-backend.ts";
import { SMALL_PAPER, taskOf } from "../../support/sinkinit.ts";

// tfjs' own kernels of the cpu add in float64: central differences of a float32 loss keep enough digits
beforeAll(usePlainBackend);

const SPECTRAL = { ...SMALL_PAPER, network: "spectral", modes: 3, prior: "textures", c: 1e-2 } as const;

/**
 * The adversarial pair of some options, with targets held at those of the start: the loss that the step differentiates,
 * since no gradient goes through a target.
 */
function adversarialLoss(options: Parameters<typeof taskOf>[0], objective: ObjectiveName) {
  const { settings } = taskOf(options);
  const random = Random.fromSeed(11);
  const approximator = buildApproximator(settings.approximator);
  const generator = buildGenerator(settings.generator);
  drawWeights(approximator, random, false);
  drawWeights(generator, random, false);
  const prior = drawPrior(settings.generator, 4, random);
  const kernel = settings.geometry.kernel(settings.approximator.epsilon);
  const form = formOf(settings.approximator);
  const predict = () => {
    const sample = generator.apply(prior, { training: false }) as tf.Tensor;
    return { sample, predicted: approximator.apply(sample, { training: false }) as tf.Tensor };
  };
  let frozen: tf.Tensor | undefined;
  const loss = (): tf.Scalar => {
    const target = (values: tf.Tensor): tf.Tensor => (frozen ??= tf.keep(values.clone()));
    return OBJECTIVES[objective](predict(), { kernel, form, targetIterations: 2, target }).loss;
  };
  tf.tidy(loss); // fixes the target
  return {
    loss,
    variables: { approximator: trainableVariables(approximator), generator: trainableVariables(generator) },
  };
}

/** The derivative along the gradient, by central differences and by the tape. */
function directional(loss: () => tf.Scalar, variables: readonly tf.Variable[], step: number): [number, number] {
  const { grads } = tf.variableGrads(loss, [...variables]);
  const directions = variables.map(({ name }) => grads[name]);
  const norm = Math.sqrt(directions.reduce((sum, g) => sum + tf.sum(tf.square(g)).dataSync()[0], 0));
  const at = (t: number): number => {
    variables.forEach((variable, index) => variable.assign(tf.add(variable, tf.mul(directions[index], t / norm))));
    const [value] = tf.tidy(loss).dataSync();
    variables.forEach((variable, index) => variable.assign(tf.sub(variable, tf.mul(directions[index], t / norm))));
    return value;
  };
  return [(at(step) - at(-step)) / (2 * step), norm];
}

describe.each([
  ["dense, hilbert", SMALL_PAPER, "hilbert"],
  ["dense, deviation", SMALL_PAPER, "deviation"],
  ["dense, dual", SMALL_PAPER, "dual"],
  ["spectral, deviation", SPECTRAL, "deviation"],
  ["spectral, dual", SPECTRAL, "dual"],
] as const)("gradients of the adversarial pair: %s", (_, options, objective) => {
  it.each(["approximator", "generator"] as const)("of the %s agree with finite differences", (player) => {
    const { loss, variables } = adversarialLoss(options, objective);
    const [numeric, exact] = directional(loss, variables[player], 1e-3);
    // float32, and kinks of max, min and ReLU: a wrong factor or a missing term is far outside
    expect(Math.abs(numeric - exact)).toBeLessThan(0.03 * exact + 1e-4);
    expect(exact).toBeGreaterThan(1e-3);
  });
});

describe("Lipschitz bound", () => {
  it("finds the operator norm of a matrix from below", () => {
    const kernel = tf.tensor2d([3, 0, 0, 1], [2, 2]);
    const [norm] = operatorNorm(kernel).dataSync();
    expect(norm).toBeLessThanOrEqual(3 + 1e-6);
    expect(norm).toBeGreaterThan(2.99);
  });
});
