import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { denseGeometry } from "../../../../src/geometry/dense.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { chainSinkhorn } from "../../../../src/transport/chain/chain.ts";
import { chainObjective } from "../../../../src/transport/chain/objective.ts";
import type { ChainNode } from "../../../../src/transport/chain/problem.ts";
import { backends } from "../../../support/backends.ts";
import { dot, randomHistogram, randomMasses, randomNormal } from "../../../support/problems.ts";

const sizes = [5, 4, 6];
const nodes: ChainNode[] = [
  { kind: "given", masses: randomHistogram(5, 1, 0.3) },
  { kind: "free" },
  { kind: "relaxed", masses: randomMasses(6, 2), rho: 0.5 },
];
const options = { epsilon: 0.1, tolerance: 1e-12 };
const costs = [0, 1].map((link) =>
  Float64Array.from(Float32Array.from(randomMasses(sizes[link] * sizes[link + 1], link))),
);
const shapes = costs.map((_, link) => [sizes[link], sizes[link + 1]] as [number, number]);
const valueAt = (matrices: readonly Float64Array[]): number =>
  chainSinkhorn({ links: matrices.map((matrix, link) => denseGeometry(matrix, shapes[link])), nodes }, options)
    .objective;

describe.each(backends)("chainObjective on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));
  const tensors = () => costs.map((cost, link) => tf.tensor2d(Float32Array.from(cost), shapes[link]));

  it("has the host's value and, as gradients, its finite differences in float64", async () => {
    const inputs = tensors();
    const before = tf.memory().numTensors;
    const { value, grads } = tf.valueAndGrads(
      (...links: tf.Tensor[]) => tf.mul(chainObjective(links, nodes, options), 3) as tf.Scalar,
    )(inputs);
    expect(tf.memory().numTensors).toBe(before + 3);
    expect(await value.data()).toBeAllclose([3 * valueAt(costs)], { relative: 1e-6 });
    for (let seed = 0; seed < 3; seed++) {
      for (const [link, grad] of grads.entries()) {
        const direction = randomNormal(costs[link].length, seed);
        const along = (step: number) =>
          valueAt(costs.map((cost, at) => (at === link ? cost.map((entry, k) => entry + step * direction[k]) : cost)));
        const difference = (along(1e-4) - along(-1e-4)) / 2e-4;
        expect([dot(await grad.data(), direction)]).toBeAllclose([3 * difference], { relative: 1e-5, absolute: 1e-6 });
      }
    }
    tf.dispose([inputs, value, grads]);
  });

  it("refuses second derivatives, and gradients without convergence", () => {
    const [first, second] = tensors();
    const objective = (cost: tf.Tensor) => chainObjective([cost, second], nodes, options);
    const slope = (cost: tf.Tensor) => tf.sum(tf.square(tf.grad(objective)(cost)));
    expect(() => tf.grad(slope)(first)).toThrow("chainObjective: has no second derivatives");
    const [early, rough] = [
      { ...options, maxIterations: 1 },
      { ...options, epsilon: 0.001, maxIterations: 3 },
    ];
    for (const stopped of [early, rough]) {
      expect(() => chainObjective([first, second], nodes, stopped)).toThrow(
        /^chainObjective: max-iterations after \d iterations/,
      );
    }
    tf.dispose([first, second]);
  });
});
