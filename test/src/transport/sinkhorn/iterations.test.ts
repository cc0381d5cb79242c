import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { unitGrid } from "../../../../src/geometry/grid.ts";
import { useBackend } from "../../../../src/tensor/backend.ts";
import { sinkhornHost } from "../../../../src/transport/sinkhorn/host.ts";
import { sinkhornIterations } from "../../../../src/transport/sinkhorn/iterations.ts";
import { previousSolution } from "../../../../src/transport/initializers/previous.ts";
import { backends } from "../../../support/backends.ts";
import { randomHistogram, randomNormal } from "../../../support/problems.ts";
import { centred } from "../../../support/reference.ts";

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it("iterations are the host's, and constants of the tape", async () => {
    const geometry = unitGrid([4, 3]);
    const epsilon = 0.5;
    const [a, b] = [1, 2].map((seed) => randomHistogram(12, seed, 0.2));
    const start = randomNormal(12, 3);
    const kernel = geometry.kernel(epsilon);
    const tensors = [a, b, start].map((values) => tf.tensor1d(Float32Array.from(values)));
    const target = (g: tf.Tensor) =>
      sinkhornIterations(tensors[0], tensors[1], kernel, { iterations: 3, initializer: previousSolution(g) }).g;
    const { value, grads } = tf.valueAndGrads((g: tf.Tensor) => tf.sum(tf.mul(g, target(g))) as tf.Scalar)([
      tensors[2],
    ]);
    const g = target(tensors[2]);
    const mine = await g.data();
    expect(await grads[0].data()).toBeAllclose(mine); // that of a product with a constant
    const options = { epsilon, maxIterations: 3, tolerance: 0, initializer: previousSolution(start) };
    const host = sinkhornHost(a, b, geometry, options).g;
    const present = (values: ArrayLike<number>) => centred(Array.from(values, (v, i) => (b[i] > 0 ? v : null)));
    expect(present(mine)).toBeAllclose(present(host), { absolute: 2e-6 });
    kernel.dispose();
    tf.dispose([tensors, value, grads, g]);
  });
});
