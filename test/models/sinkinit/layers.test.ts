import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { GaussianMap, GaussianPotential } from "../../../models/sinkinit/layers/gaussian.ts";
import { Separable } from "../../../models/sinkinit/layers/separable.ts";
import { SinkhornIteration } from "../../../models/sinkinit/layers/sinkhorn-iteration.ts";
import { unitGrid } from "../../../src/geometry/grid.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { Random } from "../../../src/tensor/random.ts";
import { gaussian } from "../../../src/transport/initializers/gaussian.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";

const EXTENT = 12;
const EPSILON = 0.02;
const random = Random.fromSeed(5);

/** Two bumps over a background, as one sample and its halves. */
function pair(): { sample: tf.Tensor2D; mu: Float64Array; nu: Float64Array } {
  const [mu, nu] = [0, 1].map(() => {
    const [row, column, width] = [2 + 7 * random.uniform(), 2 + 7 * random.uniform(), 2 + 3 * random.uniform()];
    const mass = Float64Array.from({ length: EXTENT ** 2 }, (_, index) => {
      const squared = (Math.floor(index / EXTENT) - row) ** 2 + 2 * ((index % EXTENT) - column) ** 2;
      return Math.exp(-squared / width ** 2) + 0.02;
    });
    const total = mass.reduce((sum, value) => sum + value, 0);
    return mass.map((value) => value / total);
  });
  return { sample: tf.tensor2d([...mu, ...nu], [1, 2 * EXTENT ** 2]), mu, nu };
}

const centred = (values: ArrayLike<number>): number[] => {
  const all = Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  return all.map((value) => value - mean);
};

const largestDifference = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, index) => Math.abs(value - b[index])));

beforeAll(async () => {
  await useBackend("cpu");
});

describe("layers", () => {
  it("the Gaussian potential is the one of the host, up to a constant", () => {
    const { sample, mu, nu } = pair();
    const moments = new GaussianMap({ extent: EXTENT }).apply(sample) as tf.Tensor;
    const potential = new GaussianPotential({ extent: EXTENT, epsilon: EPSILON }).apply(moments) as tf.Tensor;
    const expected = gaussian
      .hostPotential({ geometry: unitGrid([EXTENT, EXTENT]), a: mu, b: nu, epsilon: EPSILON })
      .map((value) => value / EPSILON);
    const scale = Math.max(...expected) - Math.min(...expected);
    // The layer adds the variance of a pixel to every covariance, a hundredth of those of these bumps.
    expect(largestDifference(centred(potential.dataSync()), centred(expected))).toBeLessThan(0.02 * scale);
  });

  it("an iteration is Sinkhorn's", () => {
    const { sample, mu, nu } = pair();
    const h = (
      new SinkhornIteration({ extent: EXTENT, epsilon: EPSILON }).apply([
        sample,
        tf.zeros([1, EXTENT ** 2]),
      ]) as tf.Tensor
    ).dataSync();
    const start = { name: "nu", hostPotential: () => nu.map((mass) => EPSILON * Math.log(mass)) };
    const { g } = sinkhornHost(mu, nu, unitGrid([EXTENT, EXTENT]), {
      epsilon: EPSILON,
      maxIterations: 1,
      initializer: start,
    });
    const expected = g.map((value, index) => value / EPSILON - Math.log(nu[index]));
    expect(largestDifference(Array.from(h.slice(0, EXTENT ** 2)), centred(expected))).toBeLessThan(1e-3);
  });

  it("synthesis undoes analysis where no mode is cut", () => {
    const image = tf.randomUniform([3, 2 * 25], 0, 1, "float32", 2);
    const shape = { from: 5, to: 5, channels: 2, gain: 1 } as const;
    const spectrum = new Separable({ map: "analyse", ...shape }).apply(image) as tf.Tensor;
    const back = new Separable({ map: "synthesise", ...shape }).apply(spectrum) as tf.Tensor;
    expect(largestDifference(Array.from(back.dataSync()), Array.from(image.dataSync()))).toBeLessThan(1e-5);
  });

  it("leave no tensors behind when they are disposed of", () => {
    const before = tf.memory().numTensors;
    const layer = new SinkhornIteration({ extent: 4, epsilon: 0.1 });
    tf.tidy(() => void layer.apply([tf.fill([1, 32], 1 / 16), tf.zeros([1, 16])]));
    layer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
