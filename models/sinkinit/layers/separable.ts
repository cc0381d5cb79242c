import * as tf from "@tensorflow/tfjs-core";
import { AXIS_MAPS, type AxisMapName } from "./axis-matrices.ts";
import { FixedLayer, single } from "./fixed-layer.ts";

export interface SeparableConfig {
  readonly name?: string;
  readonly map: AxisMapName;
  /** Extent of both axes before and after. */
  readonly from: number;
  readonly to: number;
  /** Images a sample, one behind the other; each is mapped by itself. */
  readonly channels: number;
  /** Factor of the result. */
  readonly gain: number;
}

/**
 * The same fixed map along both axes of square images: [batch, channels * from * from] -> [batch, channels * to * to],
 * gain * A^T X A for each image X. The images of one sample stay together.
 */
export class Separable extends FixedLayer {
  static readonly className = "OtlearnSeparable";
  readonly config: SeparableConfig;
  #matrix: tf.Tensor2D | undefined;

  constructor(config: SeparableConfig) {
    super({ name: config.name });
    this.config = config;
  }

  protected get width(): number {
    return this.config.channels * this.config.to ** 2;
  }

  /** A [from, to], the gain of one axis included. */
  get matrix(): Float32Array {
    const { map, from, to, gain } = this.config;
    return AXIS_MAPS[map](from, to).map((value) => value * Math.sqrt(gain));
  }

  override build(): void {
    this.#matrix = this.constant(this.matrix, this.config.from);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { from, to } = this.config;
    return tf.tidy(() => {
      const x = single(inputs);
      const alongRows = tf.matMul(tf.reshape(x, [-1, from]), this.#matrix!); // [.. * from, to]
      const turned = tf.transpose(tf.reshape(alongRows, [-1, from, to]), [0, 2, 1]);
      const alongBoth = tf.matMul(tf.reshape(turned, [-1, from]), this.#matrix!); // [.. * to, to]
      const back = tf.transpose(tf.reshape(alongBoth, [-1, to, to]), [0, 2, 1]);
      return tf.reshape(back, [x.shape[0], this.width]);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(Separable);
