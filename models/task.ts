import type { Random } from "../src/tensor/random.ts";
import type { StateTree } from "../src/tensor/tree.ts";

/** Scalars of one step, in the order in which they are shown and logged. */
export type Metrics = Readonly<Record<string, number>>;

/** A line of a run's metrics log, `{"step":1,"seconds":0.31,"loss":...}`: the metrics of a step, after these two. */
export interface MetricsRow extends Metrics {
  readonly step: number;
  /** Seconds of training since step 0, across resumes. */
  readonly seconds: number;
}

/** What the loop hands to a step. */
export interface StepContext {
  /** Number of this step, from 1. */
  readonly step: number;
  /** The run's one generator; the loop checkpoints its state. All randomness of a step comes from here. */
  readonly random: Random;
  /**
   * Aborted when the run is asked to stop. A long step may then return early as `unfinished`; or throw the signal's reason
   * (`signal.throwIfAborted()`), which is taken as if the step had not begun: the state that it was given must still hold.
   */
  readonly signal: AbortSignal;
  /** Shows how far a long step is, as a fraction in [0, 1] and a short note ("412 of 2043 rows"). */
  progress(fraction: number, note?: string): void;
}

export interface StepOutcome<S> {
  readonly state: S;
  readonly metrics: Metrics;
  /** Why the run is complete before its last step, or undefined. */
  readonly done?: string;
  /**
   * The step is not complete: `state` is consistent and says how far it got, `metrics` is ignored, and the loop calls
   * `step` again with the same number, after a checkpoint if the run is asked to stop.
   */
  readonly unfinished?: boolean;
}

/**
 * What the one training loop runs: a gradient step, an L-BFGS iteration, an adversarial pair of steps, a part of a power
 * iteration or an alternating update. The loop owns the step count, seeds, logs, checkpoints, signals and progress; a
 * task owns its mathematics and nothing else.
 *
 * A state may hold tensors. `step` disposes what it replaces, so that the number of live tensors stays constant; the
 * loop asserts it.
 */
export interface Task<S> {
  /** The name on the command line and in checkpoints ("wdl"). */
  readonly name: string;
  /** Steps after which the run is complete. */
  readonly steps: number;
  init(random: Random): Promise<S>;
  step(state: S, context: StepContext): Promise<StepOutcome<S>>;
  /** Metrics that are too dear for every step (PSNR, held-out error). */
  evaluate?(state: S): Promise<Metrics>;
  /** The state as plain data; with `load` it goes on bit for bit. */
  save(state: S): StateTree | Promise<StateTree>;
  /** Throws InputError naming the leaf and both shapes where the tree does not fit this task. */
  load(tree: StateTree): S | Promise<S>;
  /** Frees the tensors of a state. */
  dispose?(state: S): void;
}
