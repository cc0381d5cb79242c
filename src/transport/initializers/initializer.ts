import type * as tf from "@tensorflow/tfjs-core";
import { InputError, OptionError } from "../../errors.ts";
import type { Geometry } from "../../geometry/geometry.ts";

/** One problem on the host. */
export interface HostProblem {
  readonly geometry: Geometry;
  /** [n] */
  readonly a: Float64Array;
  /** [m] */
  readonly b: Float64Array;
  readonly epsilon: number;
}

/** A batch of problems on the host. */
export interface HostBatchProblem {
  readonly geometry: Geometry;
  /** [pairs, n] */
  readonly a: Float64Array;
  /** [pairs, m] */
  readonly b: Float64Array;
  readonly pairs: number;
  readonly epsilon: number;
}

/** A batch of problems on tensors. */
interface TensorProblem {
  readonly geometry: Geometry;
  /** [..., n] */
  readonly a: tf.Tensor;
  /** [..., m] */
  readonly b: tf.Tensor;
  readonly epsilon: number;
}

interface Guarded {
  /**
   * A guess, which solvers compare with a start that is known, pair by pair, before they take it (see `GuardOption`): learned
   * initialisers say so.
   * @default false: taken as it is
   */
  readonly guarded?: boolean;
}

/**
 * Chooses where Sinkhorn starts: the potential g [m] in cost units, from which the first half step computes f. Any finite
 * g is a valid start and a constant added to it changes nothing; where b has no mass, g is not looked at.
 */
export interface HostInitializer extends Guarded {
  readonly name: string;
  hostPotential(problem: HostProblem): Float64Array;
  /**
   * The same for a batch, g [pairs, m] row by row, where that saves work. Where b has no mass, what it writes is not looked at.
   * @default a call of `hostPotential` a pair
   */
  hostPotentials?(problem: HostBatchProblem): Float32Array;
}

/** The same for a batch on tensors: g [..., m]. A learned initialiser is one of these. */
export interface TensorInitializer extends Guarded {
  readonly name: string;
  tensorPotential(problem: TensorProblem): tf.Tensor;
}

export type Initializer = HostInitializer | TensorInitializer;

/**
 * An initialiser's potential for one problem, -Infinity where b has no mass. Throws InputError if it is not finite where there
 * is some, or not one for the host.
 */
export function startingPotential(initializer: HostInitializer, problem: HostProblem): Float64Array {
  if (typeof initializer.hostPotential !== "function") {
    throw new OptionError(
      "initializer",
      "expected one that works on the host (ones, gaussian, previousSolution(g), ...)",
    );
  }
  const g = initializer.hostPotential(problem);
  return problem.b.map((mass, index) => {
    if (mass === 0) return -Infinity;
    if (Number.isFinite(g[index])) return g[index];
    throw new InputError(
      `sinkhorn: expected a finite potential from initialiser ${initializer.name}, got ${g[index]} at index ${index}`,
    );
  });
}
