import * as tf from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";
import type { Algebra } from "./algebra.ts";
import { tensorAlgebra } from "./tensor-algebra.ts";

/** A layer without weights, given by its formula; it can be saved, loaded and exported. */
export abstract class FixedLayer<Config extends { readonly name?: string }> extends layers.Layer {
  readonly config: Config;
  readonly #constants = new Map<string, tf.Tensor>();

  constructor(config: Config) {
    super({ name: config.name });
    this.config = config;
  }

  /** Columns of the result [batch, width]. */
  protected abstract readonly width: number;

  /** The layer's formula. */
  abstract formula<T>(algebra: Algebra<T>, inputs: readonly T[]): T;

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => this.formula(this.#tensors, Array.isArray(inputs) ? inputs : [inputs]));
  }

  override computeOutputShape(): [null, number] {
    return [null, this.width];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }

  readonly #tensors = tensorAlgebra((key, rows, values) => {
    let kept = this.#constants.get(key);
    if (!kept) {
      const data = values();
      kept = tf.keep(tf.tensor2d(data, [rows, data.length / rows]));
      this.#constants.set(key, kept);
    }
    return kept;
  });

  protected override disposeWeights(): number {
    const own = [...this.#constants.values()];
    this.#constants.clear();
    tf.dispose(own);
    return own.length + super.disposeWeights();
  }
}

/** Extents of both axes. */
export type Extents = readonly [rows: number, columns: number];

/** X -> A^T X B for each image of [images, from], row-major, with A [from rows, to rows] and B [from columns, to columns]: [images, to]. */
export function alongBothAxes<T>(algebra: Algebra<T>, x: T, [a, b]: readonly [T, T], from: Extents, to: Extents): T {
  const half = algebra.swapAxes(algebra.matMul(algebra.reshape(x, [-1, ...from]), b)); // [images, to columns, from rows]
  const both = algebra.swapAxes(algebra.matMul(half, a)); // [images, to rows, to columns]
  return algebra.reshape(both, [-1, to[0] * to[1]]);
}
