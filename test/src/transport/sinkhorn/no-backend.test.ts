// No backend may be loaded here: vitest gives each file a process of its own.
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { entropicCost } from "../../../../src/transport/entropic-cost.ts";
import { sinkhorn } from "../../../../src/transport/sinkhorn/sinkhorn.ts";

const unused = undefined as unknown as tf.Tensor; // no tensor can be made yet

it("what cannot wait for a backend says so, and what can chooses one", async () => {
  const kernel = unitGrid([2]).kernel(1);
  expect(() => entropicCost(unused, unused, kernel)).toThrow(/^entropicCost: .*useBackend/);
  expect(tf.getBackend()).toBeFalsy();
  const { f, status } = await sinkhorn([0.5, 0.5], Float32Array.of(0.25, 0.75), unitGrid([2]), { epsilon: 1 });
  expect(status).toBe("converged");
  expect(f.shape).toEqual([2]);
  expect(tf.getBackend()).toBeTruthy();
});
