import * as tf from "@tensorflow/tfjs-core";
import { FixedLayer, single } from "./fixed-layer.ts";

export interface RenormalizeConfig {
  readonly name?: string;
  /** Points of one histogram. */
  readonly points: number;
  /** Added to every entry, so that no mass is zero. */
  readonly floor: number;
}

/** Renorm[ReLU(x) + c] of both halves of a sample: [batch, 2 * points], each half with sum one (Geuter et al., 4.1). */
export class Renormalize extends FixedLayer {
  static readonly className = "OtlearnRenormalize";
  readonly config: RenormalizeConfig;

  constructor(config: RenormalizeConfig) {
    super({ name: config.name });
    this.config = config;
  }

  protected get width(): number {
    return 2 * this.config.points;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { points, floor } = this.config;
    return tf.tidy(() => {
      const x = single(inputs);
      const halves = tf.reshape(tf.add(tf.relu(x), floor), [-1, points]); // [batch * 2, points]
      return tf.reshape(tf.div(halves, tf.sum(halves, 1, true)), [x.shape[0], 2 * points]);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(Renormalize);
