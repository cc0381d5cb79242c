import * as tf from "@tensorflow/tfjs-core";
import type { LayerVariable, LayersModel } from "@tensorflow/tfjs-layers";
import { expectArray, expectTree } from "../../checkpoints/leaves.ts";
import type { Random } from "../../src/tensor/random.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { StateTree } from "../../src/tensor/tree.ts";

/** The last layer of each network starts this much smaller, so that the first predictions are near the skip connection. */
const OUTPUT_SHRINKAGE = 0.1;

/**
 * Draws the kernels of a network: uniform in +-1 / sqrt(inputs), biases as tfjs left them (zero). Where `shrinkOutput`,
 * the layer `output` starts at a tenth of that.
 */
export function drawWeights(network: LayersModel, random: Random, shrinkOutput: boolean): void {
  for (const weight of network.weights) {
    if (!weight.originalName.endsWith("/kernel")) continue;
    const [inputs, units] = weight.shape as [number, number];
    const small = shrinkOutput && weight.originalName.startsWith("output/");
    const bound = (small ? OUTPUT_SHRINKAGE : 1) / Math.sqrt(inputs);
    const values = Float32Array.from({ length: inputs * units }, () => bound * (2 * random.uniform() - 1));
    write(weight, tf.tensor2d(values, [inputs, units]));
  }
}

/** What tfjs-layers calls a layer that nobody named, `dense_Dense12`: it counts over the process, so that no two runs agree. */
const COUNTED = /^(\w+)_[A-Z][A-Za-z]*\d+\//;

/** A weight's name such as `hidden1/kernel`; where its layer has none of its own, by the layer's place: `dense2/kernel`. */
function nameOf(network: LayersModel, weight: LayerVariable): string {
  const place = (): number => network.layers.findIndex(({ weights }) => weights.includes(weight)) + 1;
  return weight.originalName.replace(COUNTED, (_, kind: string) => `${kind}${place()}/`);
}

/** All weights of a network, batch-normalisation statistics included, under names such as `hidden1/kernel`. */
export async function saveWeights(network: LayersModel): Promise<Readonly<Record<string, NdArray>>> {
  const entries = network.weights.map(async (weight) => {
    const data = (await weight.read().data()) as Float32Array;
    return [nameOf(network, weight), { shape: weight.shape as number[], data: data.slice() }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** Inverse of `saveWeights`. Throws InputError naming the leaf that does not fit. */
export function loadWeights(network: LayersModel, tree: StateTree, path: string): void {
  expectTree(tree, path);
  for (const weight of network.weights) {
    const shape = weight.shape as number[];
    const { data } = expectArray(tree, `${path}.${nameOf(network, weight)}`, shape, Float32Array);
    write(weight, tf.tensor(data, shape));
  }
}

/** Changes a weight and frees `value`. */
function write(weight: LayerVariable, value: tf.Tensor): void {
  weight.write(value);
  value.dispose();
}

/** The variables that training changes. */
export function trainableVariables(network: LayersModel): tf.Variable[] {
  return network.trainableWeights.map((weight) => weight.read() as tf.Variable);
}

/**
 * Runs `compute` and puts the network's untrained variables (running means and variances of batch normalisation) back as
 * they were: for passes in training mode that are not the network's own training step.
 */
export function keepingStatistics<T extends tf.TensorContainer>(network: LayersModel, compute: () => T): T {
  const statistics = network.nonTrainableWeights;
  const before = statistics.map((weight) => tf.clone(weight.read()));
  try {
    return compute();
  } finally {
    statistics.forEach((weight, index) => weight.write(before[index]));
    tf.dispose(before);
  }
}
