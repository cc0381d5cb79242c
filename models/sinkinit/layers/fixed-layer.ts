import * as tf from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";

/** A layer without trainable weights whose output is [batch, width]; constants it keeps are freed with it. */
export abstract class FixedLayer extends layers.Layer {
  readonly #constants: tf.Tensor[] = [];

  protected abstract readonly width: number;

  override computeOutputShape(): [null, number] {
    return [null, this.width];
  }

  /** Keeps a constant for the layer's life; call it from `build`. */
  protected constant(values: Float32Array, rows: number): tf.Tensor2D {
    const tensor = tf.keep(tf.tensor2d(values, [rows, values.length / rows]));
    this.#constants.push(tensor);
    return tensor;
  }

  protected override disposeWeights(): number {
    const own = this.#constants.splice(0);
    tf.dispose(own);
    return own.length + super.disposeWeights();
  }
}

/** The only tensor of a layer's input. */
export function single(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}
