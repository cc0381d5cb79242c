import * as tf from "@tensorflow/tfjs-core";
import { withoutGradient } from "../../../src/tensor/without-gradient.ts";
import { FixedLayer } from "./fixed-layer.ts";

export interface SinkhornIterationConfig {
  readonly name?: string;
  readonly extent: number;
  readonly epsilon: number;
}

/** Smallest K x that is told from zero: float32 reaches no further, and the network has to cope with the rest. */
export const SMALLEST_SUM = 1e-30;

/** Changes beyond this many units of epsilon say no more than this. */
export const MOST_CHANGE = 20;

/**
 * One Sinkhorn iteration for squared Euclidean costs on the unit square: a sample (mu, nu) [batch, 2 * points] and a
 * start h = log(v / nu) [batch, points] to three images [batch, 3 * points]: h after the iteration (mean zero), what the
 * iteration changed in h (mean zero under nu), and what the next one will change in log(u / mu) (mean zero under mu). The
 * changes are the residual from which a network can tell where the iteration is heading.
 */
export class SinkhornIteration extends FixedLayer {
  static readonly className = "OtlearnSinkhornIteration";
  readonly config: SinkhornIterationConfig;
  #kernel: tf.Tensor2D | undefined;

  constructor(config: SinkhornIterationConfig) {
    super({ name: config.name });
    this.config = config;
  }

  protected get width(): number {
    return 3 * this.config.extent ** 2;
  }

  /** The one-dimensional Gibbs kernel [extent, extent]. */
  get kernel(): Float32Array {
    const { extent, epsilon } = this.config;
    return Float32Array.from({ length: extent ** 2 }, (_, index) => {
      const distance = (Math.floor(index / extent) - (index % extent)) / (extent - 1);
      return Math.exp(-(distance ** 2) / epsilon);
    });
  }

  override build(): void {
    this.#kernel = this.constant(this.kernel, this.config.extent);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [sample, start] = inputs as tf.Tensor[];
      const [mu, nu] = tf.split(sample, 2, 1);
      const f = this.#half(nu, start);
      const h = this.#half(mu, f);
      const next = this.#half(nu, h);
      const centred = tf.sub(h, tf.mean(h, 1, true));
      return tf.concat([centred, change(h, start, nu), change(next, f, mu)], 1);
    });
  }

  /** -log(K (masses exp(potential))), up to a constant a row. */
  #half(masses: tf.Tensor, potential: tf.Tensor): tf.Tensor {
    const { extent } = this.config;
    const shift = withoutGradient(potential, (h) => tf.max(tf.add(h, tf.log(masses)), 1, true));
    const x = tf.mul(masses, tf.exp(tf.sub(potential, shift)));
    const alongRows = tf.matMul(tf.reshape(x, [-1, extent]), this.#kernel!);
    const turned = tf.transpose(tf.reshape(alongRows, [-1, extent, extent]), [0, 2, 1]);
    const alongBoth = tf.matMul(tf.reshape(turned, [-1, extent]), this.#kernel!);
    const back = tf.transpose(tf.reshape(alongBoth, [-1, extent, extent]), [0, 2, 1]);
    return tf.neg(tf.log(tf.maximum(tf.reshape(back, masses.shape), SMALLEST_SUM)));
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.config };
  }
}
tf.serialization.registerClass(SinkhornIteration);

/** after - before with mean zero under the masses, bounded. */
function change(after: tf.Tensor, before: tf.Tensor, masses: tf.Tensor): tf.Tensor {
  const difference = tf.sub(after, before);
  const mean = tf.sum(tf.mul(masses, difference), 1, true);
  return tf.clipByValue(tf.sub(difference, mean), -MOST_CHANGE, MOST_CHANGE);
}
