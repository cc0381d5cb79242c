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
