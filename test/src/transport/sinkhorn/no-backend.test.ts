// No backend may be loaded here: vitest gives each file a process of its own.
import type * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { entropicCost } from "../../../../src/transport/sinkhorn/entropic-cost.ts";
import { sinkhorn } from "../../../../src/transport/sinkhorn/sinkhorn.ts";

const unused = undefined as unknown as tf.Tensor; // no tensor can be made yet

it("what needs a backend says so before one is in use", async () => {
  await expect(sinkhorn(unused, unused, unitGrid([2]), { epsilon: 1 })).rejects.toThrow(InputError);
  await expect(sinkhorn(unused, unused, unitGrid([2]), { epsilon: 1 })).rejects.toThrow(/useBackend/);
  const kernel = unitGrid([2]).kernel(1);
  expect(() => entropicCost(unused, unused, kernel)).toThrow(/^entropicCost: .*useBackend/);
});
