import * as tf from "@tensorflow/tfjs-core";

/**
 * Asserts that steps leave no tensors behind: after the first step (which may create what later ones reuse) the number of
 * live tensors stays the same. A leak is a defect of a task, so it throws a plain Error.
 */
export class LeakGuard {
  readonly #task: string;
  #expected: { readonly count: number; readonly step: number } | undefined;

  constructor(task: string) {
    this.#task = task;
  }

  check(step: number): void {
    const count = tf.engine().state.numTensors; // as tf.memory(), which needs a backend even where no tensor exists
    this.#expected ??= { count, step };
    if (count === this.#expected.count) return;
    throw new Error(
      `task ${this.#task}: ${count} live tensors after step ${step}, ${this.#expected.count} after step ` +
        `${this.#expected.step}; dispose what a step or an evaluation replaces`,
    );
  }
}
