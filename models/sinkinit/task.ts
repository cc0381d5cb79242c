import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { expectNumber } from "../../checkpoints/leaves.ts";
import type { Geometry, TensorKernel } from "../../src/geometry/geometry.ts";
import { descend, disposeLearner, learner, loadLearner, saveLearner, type Learner } from "../network/learner.ts";
import { drawWeights, keepingStatistics } from "../network/weights.ts";
import type { VariableOptimizer } from "../optimizer.ts";
import type { Metrics, Task } from "../task.ts";
import { buildApproximator, formOf, type ApproximatorSpec } from "./approximator.ts";
import { buildGenerator, type GeneratorSpec } from "./generator.ts";
import { lipschitzPenalty } from "./lipschitz.ts";
import { OBJECTIVES, type ObjectiveName, type ObjectiveSettings } from "./objectives.ts";
import { drawPrior } from "./prior.ts";

export interface SinkinitTaskSettings {
  readonly geometry: Geometry;
  readonly approximator: ApproximatorSpec;
  readonly generator: GeneratorSpec;
  /** Whether the generator learns; else its start is all there is, the paper's ablation. */
  readonly adversarial: boolean;
  readonly objective: ObjectiveName;
  /** k: Sinkhorn iterations from a prediction to its target. */
  readonly targetIterations: number;
  /** Pairs a step. */
  readonly batch: number;
  readonly steps: number;
  /** Weight of the penalty on the Lipschitz bound of the generator's network; 0: none. */
  readonly lipschitz: number;
  readonly optimizers: { readonly approximator: VariableOptimizer; readonly generator: VariableOptimizer };
  /** Dear metrics of the current approximator, given from outside. */
  readonly evaluate?: (approximator: LayersModel) => Promise<Metrics>;
}

/** Changed in place by a step. */
export interface SinkinitState {
  readonly approximator: Learner;
  readonly generator: Learner;
  readonly kernel: TensorKernel;
  /** Targets left out so far since they were not finite. */
  skipped: number;
}

/**
 * Learning to start Sinkhorn (Geuter, Tomasson, Laschos, Algorithm 2) as a task of the training loop: in each step the
 * approximator descends on a batch of the generator's pairs, then the generator ascends on the same prior samples.
 */
export function sinkinitTask(settings: SinkinitTaskSettings): Task<SinkinitState> {
  const { geometry, batch, steps, adversarial, optimizers, evaluate } = settings;
  const objective = OBJECTIVES[settings.objective];

  function lossOf(state: SinkinitState, sample: tf.Tensor) {
    const predicted = state.approximator.network.apply(sample, { training: true }) as tf.Tensor;
    return objective({ sample, predicted }, objectiveSettings(settings, state.kernel));
  }

  /** The approximator's step on pairs that are constants; its batch-normalisation statistics move here and only here. */
  function learnFrom(state: SinkinitState, sample: tf.Tensor): [loss: tf.Scalar, skipped: tf.Scalar] {
    let skipped: tf.Scalar | undefined;
    const loss = descend(state.approximator, optimizers.approximator, () => {
      const result = lossOf(state, sample);
      skipped = tf.keep(result.skipped);
      return result.loss;
    });
    return [loss, skipped!];
  }

  /** Minus the loss of the approximator, whose statistics stay, and the penalty: what the generator descends on. */
  function generatorLoss(state: SinkinitState, sample: tf.Tensor): tf.Scalar {
    const { approximator, generator } = state;
    const loss = keepingStatistics(approximator.network, () => tf.neg<tf.Scalar>(lossOf(state, sample).loss));
    if (settings.lipschitz === 0) return loss;
    return tf.add<tf.Scalar>(loss, tf.mul(settings.lipschitz, lipschitzPenalty(generator.network)));
  }

  /**
   * Both steps on the pairs of one prior sample. The generator's tape is open while the approximator descends, so that the
   * pairs, on which both depend, are computed once.
   */
  function descendAndAscend(state: SinkinitState, prior: tf.Tensor): [loss: tf.Scalar, skipped: tf.Scalar] {
    let outcome: [loss: tf.Scalar, skipped: tf.Scalar] | undefined;
    const loss = descend(state.generator, optimizers.generator, () => {
      const sample = state.generator.network.apply(prior, { training: true }) as tf.Tensor;
      outcome = learnFrom(state, sample);
      outcome.forEach((scalar) => tf.keep(scalar));
      return generatorLoss(state, sample);
    });
    tf.dispose(loss);
    return outcome!;
  }

  function descendOnly(state: SinkinitState, prior: tf.Tensor): [loss: tf.Scalar, skipped: tf.Scalar] {
    const { network } = state.generator;
    const sample = keepingStatistics(network, () => network.apply(prior, { training: true }) as tf.Tensor);
    return learnFrom(state, sample);
  }

  return {
    name: "sinkinit",
    steps,

    async init(random) {
      const approximator = buildApproximator(settings.approximator);
      const generator = buildGenerator(settings.generator);
      drawWeights(approximator, random, settings.approximator.network === "spectral");
      drawWeights(generator, random, settings.generator.prior === "textures");
      return {
        approximator: learner(approximator, optimizers.approximator),
        generator: learner(generator, optimizers.generator),
        kernel: geometry.kernel(settings.approximator.epsilon),
        skipped: 0,
      };
    },

    async step(state, { random }) {
      const rate = optimizers.approximator.rate(state.approximator.moments);
      const tensors = tf.tidy(() => {
        const prior = drawPrior(settings.generator, batch, random);
        return adversarial ? descendAndAscend(state, prior) : descendOnly(state, prior);
      });
      const [loss, skipped] = await Promise.all(tensors.map(async (tensor) => (await tensor.data())[0]));
      tf.dispose(tensors);
      state.skipped += skipped;
      return {
        state,
        metrics: { loss: skipped < batch ? loss : NaN, skipped: state.skipped, rate },
      };
    },

    ...(evaluate ? { evaluate: ({ approximator }) => evaluate(approximator.network) } : {}),

    async save({ approximator, generator, skipped }) {
      return {
        ...(await saveLearner("approximator", approximator, optimizers.approximator)),
        ...(await saveLearner("generator", generator, optimizers.generator)),
        skipped,
      };
    },

    load(tree) {
      const approximator = buildApproximator(settings.approximator);
      const generator = buildGenerator(settings.generator);
      return {
        approximator: loadLearner("approximator", tree, approximator, optimizers.approximator),
        generator: loadLearner("generator", tree, generator, optimizers.generator),
        kernel: geometry.kernel(settings.approximator.epsilon),
        skipped: expectNumber(tree, "skipped"),
      };
    },

    dispose({ approximator, generator, kernel }) {
      disposeLearner(approximator);
      disposeLearner(generator);
      kernel.dispose();
    },
  };
}

function objectiveSettings(
  { approximator, targetIterations }: SinkinitTaskSettings,
  kernel: TensorKernel,
): ObjectiveSettings {
  return { kernel, form: formOf(approximator), targetIterations };
}
