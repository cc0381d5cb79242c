import type * as tf from "@tensorflow/tfjs-core";
import type { StateTree } from "../src/tensor/tree.ts";

/**
 * The contract between a model that has a scalar objective and the optimisers in `training/optimizers`. Variables are
 * one flat float64 vector on the host, whatever backend computes the objective.
 */
export type Objective = (x: Float64Array) => Promise<Evaluation>;

export interface Evaluation {
  readonly value: number;
  /** d value / d x, as long as x; not reused by the objective. */
  readonly gradient: Float64Array;
}

/** Where an optimiser stands; optimisers extend it with their memory. Immutable: a step returns a new one. */
export interface Iterate {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
  /** Steps taken since `init`. */
  readonly iterations: number;
  /** Calls of the objective since `init`, the first included. */
  readonly evaluations: number;
  /** Why no further step makes sense ("gradient tolerance", "line search failed"), or undefined. */
  readonly finished?: string;
}

export interface Optimizer<S extends Iterate = Iterate> {
  readonly name: string;
  /** Evaluates the objective at `x` and starts there with an empty memory. */
  init(objective: Objective, x: Float64Array): Promise<S>;
  step(objective: Objective, state: S): Promise<S>;
  /** Everything that `load` needs to go on bit for bit. */
  save(state: S): StateTree;
  load(tree: StateTree): S;
}

/** Where an optimiser of changing objectives stands. Immutable. */
export interface GradientState {
  readonly x: Float64Array;
  /** Steps taken. */
  readonly steps: number;
}

/**
 * The contract between a model whose objective changes from step to step, as that of mini-batches does, and the optimisers that take a
 * gradient for what it is and search no line.
 */
export interface GradientOptimizer<S extends GradientState = GradientState> {
  readonly name: string;
  init(x: Float64Array): S;
  /** One step against a gradient at `state.x`. */
  step(state: S, gradient: Float64Array): S;
  /** Everything that `load` needs to go on bit for bit. */
  save(state: S): StateTree;
  load(tree: StateTree): S;
}

/**
 * The contract between a task whose parameters are tensors (networks) and the optimisers of `training/optimizers/variables`.
 * Variables are changed in place on their backend; nothing is read back.
 */
export interface VariableOptimizer {
  readonly name: string;
  /** Moments at zero for these variables. The caller disposes them. */
  init(variables: readonly tf.Variable[]): Moments;
  /** What the next step is multiplied by. */
  rate(moments: Moments): number;
  /** One step against `gradients`, in the order of the variables; changes variables and moments. */
  step(variables: readonly tf.Variable[], gradients: readonly tf.Tensor[], moments: Moments): void;
  /** Everything that `load` needs to go on bit for bit. */
  save(moments: Moments): Promise<StateTree>;
  /** Throws InputError naming the leaf that does not fit the variables. */
  load(tree: StateTree, variables: readonly tf.Variable[]): Moments;
}

/** Running averages of gradients. */
export interface Moments {
  /** Steps taken. */
  steps: number;
  /** One tensor a variable, under the names that checkpoints show. */
  readonly averages: Readonly<Record<string, readonly tf.Variable[]>>;
}
