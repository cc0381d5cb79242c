import type { PotentialLayout } from "./stored-potentials.ts";
import type { Supports } from "./supports.ts";

/** What the engines of Sinkhorn divergences are made from. */
export interface DivergencePairsProblem {
  readonly supports: Supports;
  /** Sizes of the supports. [count] */
  readonly sizes: Int32Array;
  /** What an engine keeps between calls. */
  readonly layout: PotentialLayout;
}

/** Defaults filled in. */
export interface DivergenceSettings {
  readonly epsilon: number;
  readonly tolerance: number;
  readonly maxIterations: number;
}
