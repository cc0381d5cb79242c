import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { expectTree } from "../../checkpoints/leaves.ts";
import type { StateTree } from "../../src/tensor/tree.ts";
import type { Moments, VariableOptimizer } from "../optimizer.ts";
import { loadWeights, saveWeights, trainableVariables } from "./weights.ts";

/** A network, its optimiser's memory, and nothing else; changed in place. */
export interface Learner {
  readonly network: LayersModel;
  readonly moments: Moments;
}

export function learner(network: LayersModel, optimizer: VariableOptimizer): Learner {
  return { network, moments: optimizer.init(trainableVariables(network)) };
}

/** One step against the gradient of `loss` in the network's variables. The caller owns the loss that comes back. */
export function descend({ network, moments }: Learner, optimizer: VariableOptimizer, loss: () => tf.Scalar): tf.Scalar {
  const variables = trainableVariables(network);
  const { value, grads } = tf.variableGrads(loss, variables);
  const ordered = variables.map(({ name }) => grads[name]); // gradients come under the names of their variables
  optimizer.step(variables, ordered, moments);
  tf.dispose(ordered);
  return value;
}

/** Leaves `<name>` and `<name>Optimizer` of a checkpoint. */
export async function saveLearner(
  name: string,
  { network, moments }: Learner,
  optimizer: VariableOptimizer,
): Promise<StateTree> {
  return { [name]: await saveWeights(network), [`${name}Optimizer`]: await optimizer.save(moments) };
}

/** Inverse of `saveLearner` for a network of the same shape. Throws InputError naming the leaf that does not fit. */
export function loadLearner(
  name: string,
  tree: StateTree,
  network: LayersModel,
  optimizer: VariableOptimizer,
): Learner {
  loadWeights(network, tree, name);
  return { network, moments: optimizer.load(expectTree(tree, `${name}Optimizer`), trainableVariables(network)) };
}

export function disposeLearner({ network, moments }: Learner): void {
  network.dispose();
  tf.dispose(Object.values(moments.averages).flat());
}
