import * as tf from "@tensorflow/tfjs-core";
import { FixedLayer, single } from "./fixed-layer.ts";

export interface SliceConfig {
  readonly name?: string;
  readonly begin: number;
  readonly length: number;
}

/** Columns begin .. begin + length - 1 of [batch, any]. */
export class Slice extends FixedLayer {
  static readonly className = "OtlearnSlice";
  readonly config: SliceConfig;

  constructor(config: SliceConfig) {
    super({ name: config.name });
    this.config = config;
  }

  protected get width(): number {
    return this.config.length;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { begin, length } = this.config;
    return tf.tidy(() => tf.slice(single(inputs), [0, begin], [-1, length]));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(Slice);
