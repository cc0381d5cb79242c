import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { useBackend } from "../../../src/tensor/backend.ts";
import { batchNormalization, dense } from "../../../src/tensor/layers.ts";
import { linear } from "../../../src/tensor/linear.ts";
import { backends } from "../../support/backends.ts";
import { irregular, sizeOf } from "../../support/matmul.ts";

interface Factories {
  readonly dense: typeof dense;
  readonly batchNormalization: typeof batchNormalization;
}

const OURS: Factories = { dense, batchNormalization };
const TFJS: Factories = tfl.layers;

/** Two blocks, with everything that the layers treat differently: activations, no bias. */
function network(make: Factories): tfl.Sequential {
  const model = tfl.sequential({
    layers: [
      make.dense({ inputShape: [7], units: 9 }),
      make.batchNormalization({ momentum: 0.9 }),
      tfl.layers.elu(),
      make.dense({ units: 8, useBias: false, activation: "tanh" }),
      make.batchNormalization({ epsilon: 0.01 }),
      make.dense({ units: 5, activation: "sigmoid" }),
    ],
  });
  tf.tidy(() =>
    model.setWeights(
      model.getWeights().map(({ shape }, i) => tf.tensor(irregular(sizeOf(shape), i).map(Math.abs), shape)),
    ),
  );
  return model;
}

/** Loss, prediction and weights after some steps. */
async function train(model: tfl.Sequential): Promise<number[][]> {
  const optimizer = tf.train.sgd(0.1);
  const [x, y] = tf.tidy(() => [
    tf.tensor2d(irregular(21 * 7, 8), [21, 7]),
    tf.tensor2d(irregular(21 * 5, 9), [21, 5]),
  ]);
  const losses: number[] = [];
  for (let step = 0; step < 4; step++) {
    const cost = optimizer.minimize(
      () => tf.mean(tf.squaredDifference(model.apply(x, { training: true }) as tf.Tensor, y)) as tf.Scalar,
      true,
      model.trainableWeights.map((weight) => weight.read() as tf.Variable),
    )!;
    losses.push((await cost.data())[0]);
    cost.dispose();
  }
  const prediction = model.predict(x) as tf.Tensor;
  const numbers = await Promise.all(
    [prediction, ...model.getWeights()].map(async (tensor) => [...(await tensor.data())]),
  );
  tf.dispose([x, y, prediction]);
  optimizer.dispose();
  return [losses, ...numbers];
}

describe.each(backends)("layers on %s", (backend) => {
  let tensors = 0;
  beforeAll(() => useBackend(backend));
  beforeEach(() => void (tensors = tf.memory().numTensors));
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  it("train as those of tfjs", async () => {
    const [ours, theirs] = [network(OURS), network(TFJS)];
    const [actual, expected] = [await train(ours), await train(theirs)];
    ours.dispose();
    theirs.dispose();
    expect(actual).toBeAllclose(expected, { relative: 1e-4, absolute: 1e-5 });
  });

  it("are saved as those of tfjs", async () => {
    const model = network(OURS);
    const { layers } = model.getConfig() as unknown as { layers: { className: string }[] };
    expect(layers.map(({ className }) => className)).toEqual([
      "Dense",
      "BatchNormalization",
      "ELU",
      "Dense",
      "BatchNormalization",
      "Dense",
    ]);
    const copy = await tfl.models.modelFromJSON(JSON.parse(model.toJSON() as string) as tfl.ModelAndWeightsConfig);
    copy.setWeights(model.getWeights());
    const x = tf.tensor2d(irregular(21, 1), [3, 7]);
    const predictions = [model, copy].map((one) => one.predict(x) as tf.Tensor);
    const [ours, theirs] = await Promise.all(predictions.map((prediction) => prediction.data()));
    expect(ours).toBeAllclose(theirs, { relative: 1e-5, absolute: 1e-6 });
    tf.dispose([x, ...predictions]);
    model.dispose();
    copy.dispose();
  });
});

describe("the product of a dense layer", () => {
  beforeAll(() => useBackend("cpu"));

  it("has no gradient computed that nobody asks for", () => {
    tf.tidy(() => {
      const x = tf.tensor2d(irregular(6, 1), [2, 3]);
      const kernel = tf.tensor2d(irregular(12, 2), [3, 4]);
      const bias = tf.tensor1d(irregular(4, 3));
      const products: unknown[] = [];
      const { kernelFunc, ...rest } = tf.getKernel(tf.BatchMatMul, "cpu");
      tf.unregisterKernel(tf.BatchMatMul, "cpu");
      tf.registerKernel({
        ...rest,
        kernelFunc: (args) => {
          products.push(args.attrs);
          return kernelFunc(args);
        },
      });
      const gradient = tf.grad((a: tf.Tensor) => tf.sum(linear(a as tf.Tensor2D, kernel, bias)))(x);
      tf.unregisterKernel(tf.BatchMatMul, "cpu");
      tf.registerKernel({ ...rest, kernelFunc });
      expect(products).toEqual([{ transposeA: false, transposeB: true }]);
      const rowSums = tf.sum(kernel, 1).dataSync();
      expect(gradient.dataSync()).toBeAllclose([...rowSums, ...rowSums], { absolute: 1e-6 });
    });
  });
});
