import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { InputError, OptionError } from "../../src/errors.ts";
import { pointCloud } from "../../src/geometry/pointcloud.ts";
import { toFloat32, type NdArray } from "../../src/tensor/ndarray.ts";
import type { Random } from "../../src/tensor/random.ts";
import { sinkhornDivergence } from "../../src/transport/divergence.ts";
import { descend, disposeLearner, learner, loadLearner, saveLearner, type Learner } from "../network/learner.ts";
import { drawWeights } from "../network/weights.ts";
import type { VariableOptimizer } from "../optimizer.ts";
import type { Task } from "../task.ts";

export interface GeneratorTaskSettings {
  /** Makes the network, noise [batch, k] to points [batch, d]. Its kernels are drawn by the run's generator. */
  readonly network: () => LayersModel;
  /** The cloud to be matched [m, d], equal masses. */
  readonly target: NdArray;
  /** Points generated a step, and points of the target that they meet; all of it where it has no more. */
  readonly batch: number;
  readonly steps: number;
  /** Of the divergence, in squared units of the coordinates. */
  readonly epsilon: number;
  /** Sinkhorn iterations of each divergence. @default 50 */
  readonly iterations?: number;
  readonly optimizer: VariableOptimizer;
}

/**
 * A generator of points that learns a cloud by the Sinkhorn divergence between what it makes of noise and the target (Genevay, Peyre,
 * Cuturi 2018), as a task of the training loop. The noise is standard normal. Metric: `divergence`, before the step. Throws InputError for a
 * target that is no cloud, OptionError for a batch that is no positive whole number.
 */
export function generatorTask(settings: GeneratorTaskSettings): Task<Learner> {
  const { target, batch, steps, epsilon, iterations = 50, optimizer } = settings;
  const [count, dimension] = target.shape;
  if (target.shape.length !== 2 || target.data.length === 0) {
    throw new InputError(`generator: expected a target [points, dimension], got [${target.shape.join(", ")}]`);
  }
  if (!(Number.isInteger(batch) && batch > 0)) {
    throw new OptionError("batch", `expected a positive whole number, got ${batch}`);
  }
  const points = toFloat32(target).data;

  function drawTarget(random: Random): tf.Tensor2D {
    if (batch >= count) return tf.tensor2d(points, [count, dimension]);
    const rows = random.permutation(count).subarray(0, batch);
    const drawn = new Float32Array(batch * dimension);
    rows.forEach((row, at) => drawn.set(points.subarray(row * dimension, (row + 1) * dimension), at * dimension));
    return tf.tensor2d(drawn, [batch, dimension]);
  }

  function divergenceOf(network: LayersModel, noise: tf.Tensor, real: tf.Tensor2D): tf.Scalar {
    const made = network.apply(noise, { training: true }) as tf.Tensor2D;
    const uniform = (size: number): tf.Tensor1D => tf.fill([size], 1 / size);
    const kernel = pointCloud(made, real).kernel(epsilon);
    return sinkhornDivergence(uniform(batch), uniform(real.shape[0]), kernel, { iterations }) as tf.Scalar;
  }

  return {
    name: "generator",
    steps,

    async init(random) {
      const network = settings.network();
      checkOutput(network, dimension);
      drawWeights(network, random, false);
      return learner(network, optimizer);
    },

    async step(state, { random }) {
      const loss = tf.tidy(() => {
        const noise = drawNoise(batch, state.network, random);
        const real = drawTarget(random);
        return descend(state, optimizer, () => divergenceOf(state.network, noise, real));
      });
      const [divergence] = await loss.data();
      loss.dispose();
      return { state, metrics: { divergence } };
    },

    save: (state) => saveLearner("network", state, optimizer),
    load: (tree) => loadLearner("network", tree, settings.network(), optimizer),
    dispose: disposeLearner,
  };
}

/** Standard normal noise [count, k] for a network of k inputs. */
export function drawNoise(count: number, network: LayersModel, random: Random): tf.Tensor2D {
  const inputs = network.inputs[0].shape.at(-1)!;
  return tf.tensor2d(
    Float32Array.from({ length: count * inputs }, () => random.normal()),
    [count, inputs],
  );
}

function checkOutput(network: LayersModel, dimension: number): void {
  const output = network.outputs[0].shape.at(-1);
  if (network.outputs.length === 1 && output === dimension) return;
  throw new InputError(`generator: expected a network with one output of ${dimension} coordinates, got ${output}`);
}
