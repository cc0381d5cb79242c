// What the library is for: points that move down a Sinkhorn divergence, at float64 on the host and with an optimiser on tensors.
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { sinkhornDivergence } from "../../../src/transport/divergence.ts";
import { divergenceGradient } from "../../../src/transport/implicit/divergence.ts";
import { randomMasses } from "../../support/problems.ts";

const COUNT = 40;
const start = randomMasses(2 * COUNT, 1);
/** On a circle around (3, 0). */
const target = Float64Array.from({ length: 2 * COUNT }, (_, at) => {
  const angle = (2 * Math.PI * Math.floor(at / 2)) / COUNT;
  return at % 2 === 0 ? 3 + Math.cos(angle) : Math.sin(angle);
});
/** Mean distance from the circle's line. */
const offTheCircle = (points: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < COUNT; i++) sum += Math.abs(Math.hypot(points[2 * i] - 3, points[2 * i + 1]) - 1) / COUNT;
  return sum;
};

describe("a gradient flow of points under the divergence reaches its target", () => {
  it("on the host", () => {
    const masses = new Float64Array(COUNT).fill(1 / COUNT);
    let x = start;
    let value = Infinity;
    for (let step = 0; step < 40; step++) {
      const cloud = pointCloud(ndarray(x, [COUNT, 2]), ndarray(target, [COUNT, 2]));
      const found = divergenceGradient(masses, masses, cloud, { epsilon: 0.05, tolerance: 1e-6 });
      expect(found.value).toBeLessThan(value);
      value = found.value;
      // the full step of squared distances is half the gradient of a point's own mass
      x = x.map((coordinate, at) => coordinate - 0.4 * COUNT * found.points!.x[at]);
    }
    expect(value).toBeLessThan(1e-3);
    expect(offTheCircle(x)).toBeLessThan(0.03);
  });

  it("on tensors", async () => {
    await useBackend("wasm");
    const masses = tf.fill([COUNT], 1 / COUNT);
    const y = tf.tensor2d(Float32Array.from(target), [COUNT, 2]);
    const divergence = tf.valueAndGrad((x: tf.Tensor) =>
      sinkhornDivergence(masses, masses, pointCloud(x as tf.Tensor2D, y).kernel(0.05), { iterations: 50 }),
    );
    const before = tf.memory().numTensors;
    let x: tf.Tensor = tf.tensor2d(Float32Array.from(start), [COUNT, 2]);
    for (let step = 0; step < 40; step++) {
      const next = tf.tidy(() => tf.sub(x, tf.mul(divergence(x).grad, 0.4 * COUNT)));
      x.dispose();
      x = next;
    }
    expect(offTheCircle(await x.data())).toBeLessThan(0.03);
    x.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
