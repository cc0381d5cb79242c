import * as tf from "@tensorflow/tfjs-core";
import { FixedLayer } from "./fixed-layer.ts";

export interface AddLogMassConfig {
  readonly name?: string;
  readonly points: number;
}

/** Smallest mass whose logarithm is taken; Sinkhorn does not look at the potential where there is less. */
export const SMALLEST_MASS = 1e-30;

/**
 * The KL form of a log-scaling [batch, points] and the sample [batch, 2 * points] it belongs to, to the log-scaling
 * itself: h + log nu.
 */
export class AddLogMass extends FixedLayer {
  static readonly className = "OtlearnAddLogMass";
  readonly config: AddLogMassConfig;

  constructor(config: AddLogMassConfig) {
    super({ name: config.name });
    this.config = config;
  }

  protected get width(): number {
    return this.config.points;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { points } = this.config;
    return tf.tidy(() => {
      const [h, sample] = inputs as tf.Tensor[];
      const nu = tf.slice(sample, [0, points], [-1, points]);
      return tf.add(h, tf.log(tf.maximum(nu, SMALLEST_MASS)));
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(AddLogMass);
