// Layers of tfjs-layers that train faster: the same weights, results, gradients and saved form, so that a model that is
// loaded again has tfjs' own.
import * as tf from "@tensorflow/tfjs-core";
import { layers, type LayerVariable } from "@tensorflow/tfjs-layers";
import { trainingBatchNorm } from "./batch-norm.ts";
import { linear } from "./linear.ts";

type Layer = layers.Layer;
type Call = Layer["call"];
type DenseArgs = Parameters<typeof layers.dense>[0];
type BatchNormArgs = NonNullable<Parameters<typeof layers.batchNormalization>[0]>;

/** What the layers' classes, which tfjs-layers does not export, have beyond a layer. */
interface DenseParts {
  readonly kernel: LayerVariable;
  readonly bias: LayerVariable | null;
  readonly activation: { apply(x: tf.Tensor): tf.Tensor };
}
interface BatchNormParts {
  readonly gamma: LayerVariable | undefined; // undefined without `scale`
  readonly beta: LayerVariable | undefined; // undefined without `center`
  readonly movingMean: LayerVariable;
  readonly movingVariance: LayerVariable;
  readonly momentum: number;
  readonly epsilon: number;
  readonly axis: number;
}

/** A constructor of tfjs-layers as a base class. */
type LayerClass<Args, Parts> = new (args: Args) => Layer & Parts;

const Dense = layers.dense({ units: 1 }).constructor as unknown as LayerClass<DenseArgs, DenseParts>;
const BatchNormalization = layers.batchNormalization().constructor as unknown as LayerClass<
  BatchNormArgs,
  BatchNormParts
>;

/** Matrices through `linear`, which computes no gradient that nobody asks for. */
class LazyDense extends Dense {
  override call(...[inputs, settings]: Parameters<Call>): ReturnType<Call> {
    const x = onlyTensor(inputs);
    if (x.rank !== 2 || !this.bias) return super.call(inputs, settings);
    const { kernel, bias, activation } = this;
    return tf.tidy(() => {
      this.invokeCallHook(inputs, settings);
      return activation.apply(linear(x as tf.Tensor2D, kernel.read() as tf.Tensor2D, bias.read() as tf.Tensor1D));
    });
  }
}

/** Matrices in training through `trainingBatchNorm`, one operation in each direction. */
class FusedBatchNormalization extends BatchNormalization {
  override call(...[inputs, settings]: Parameters<Call>): ReturnType<Call> {
    const x = onlyTensor(inputs);
    const { gamma, beta, axis, epsilon } = this;
    const isLast = axis === -1 || axis === x.rank - 1;
    if (!settings["training"] || x.rank !== 2 || !isLast || !gamma || !beta) return super.call(inputs, settings);
    return tf.tidy(() => {
      this.invokeCallHook(inputs, settings);
      const [scale, shift] = [gamma.read() as tf.Tensor1D, beta.read() as tf.Tensor1D];
      const { y, mean, variance } = trainingBatchNorm(x as tf.Tensor2D, scale, shift, epsilon);
      this.#moveTowards(this.movingMean, mean);
      this.#moveTowards(this.movingVariance, variance);
      return y;
    });
  }

  #moveTowards(average: LayerVariable, value: tf.Tensor): void {
    const now = average.read();
    average.write(tf.sub(now, tf.mul(tf.sub(now, value), 1 - this.momentum)));
  }
}

function onlyTensor(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return Array.isArray(inputs) ? inputs[0] : inputs;
}

/** `tfl.layers.dense`. */
export function dense(args: DenseArgs): Layer {
  return new LazyDense(args);
}

/** `tfl.layers.batchNormalization`. */
export function batchNormalization(args: BatchNormArgs = {}): Layer {
  return new FusedBatchNormalization(args);
}
