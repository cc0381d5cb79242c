import type * as tf from "@tensorflow/tfjs-core";
import { allocate, release } from "../launch.ts";

/**
 * Buffers of one size that are used again and again. Kernels run in the order of their launches, so one may be given back as soon
 * as the last launch that uses it is recorded.
 */
export class FieldPool {
  readonly #numbers: number;
  readonly #made: tf.TensorInfo[] = [];
  readonly #idle: tf.TensorInfo[] = [];

  constructor(numbers: number) {
    this.#numbers = numbers;
  }

  take(): tf.TensorInfo {
    const idle = this.#idle.pop();
    if (idle) return idle;
    const made = allocate([this.#numbers]);
    this.#made.push(made);
    return made;
  }

  give(...fields: readonly (tf.TensorInfo | undefined)[]): void {
    for (const field of fields) if (field) this.#idle.push(field);
  }

  /** Frees all, also those that were not given back. */
  dispose(): void {
    release(...this.#made.splice(0));
    this.#idle.length = 0;
  }
}
