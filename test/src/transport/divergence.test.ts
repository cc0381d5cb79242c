import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { unitGrid } from "../../../src/geometry/grid.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { sinkhornDivergence } from "../../../src/transport/divergence.ts";
import { sinkhornDivergenceHost } from "../../../src/transport/divergence-host.ts";
import { relativeNorm } from "../../support/allclose.ts";
import { backends } from "../../support/backends.ts";
import { points, randomHistogram } from "../../support/problems.ts";
import { centred, reference, type DivergenceReference } from "../../support/reference.ts";

/** Iterations to convergence as far as float32 can tell, by epsilon. */
const ITERATIONS: Readonly<Record<number, number>> = { 0.5: 15, 0.05: 80, 0.01: 400 };

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  for (const pair of reference<DivergenceReference>("sinkhorn_divergence").pairs) {
    const cost = pair.cost === "squared Euclidean" ? "squared-euclidean" : "euclidean";
    const [x, y] = [points(pair.x), points(pair.y)];
    const slow = backend === "webgpu"; // through its software adapter: one small case
    const solutions = pair.solutions.filter(({ epsilon }) => !slow || (pair.name === "clouds-18x15" && epsilon > 0.1));
    if (solutions.length === 0) continue;

    it.each(solutions)(`${pair.name}: value and gradients at epsilon $epsilon`, async ({ epsilon, ...expected }) => {
      const kernels = {
        xy: pointCloud(x, y, { cost }).kernel(epsilon),
        xx: pointCloud(x, x, { cost }).kernel(epsilon),
        yy: pointCloud(y, y, { cost }).kernel(epsilon),
      };
      const inputs = [pair.a, pair.b].map((masses) => tf.tensor1d(masses));
      const { value, grads } = tf.valueAndGrads((a: tf.Tensor, b: tf.Tensor) =>
        sinkhornDivergence(a, b, kernels, { iterations: ITERATIONS[epsilon] }),
      )(inputs);
      expect(await value.data()).toBeAllclose([expected.divergence], { relative: 1e-5, absolute: 0 });
      const [gradientA, gradientB] = await Promise.all(grads.map((gradient) => gradient.data()));
      expect(relativeNorm(centred(gradientA), expected.gradientA)).toBeLessThan(1e-4);
      expect(relativeNorm(centred(gradientB), expected.gradientB)).toBeLessThan(1e-4);
      Object.values(kernels).forEach((kernel) => kernel.dispose());
      tf.dispose([inputs, value, grads]);
    });
  }

  it("a batch on one grid equals the host, pair by pair", async () => {
    const geometry = unitGrid([5, 4]);
    // matMul is what webgpu's software adapter is slowest at
    const [epsilon, iterations, domain] =
      backend === "webgpu" ? [1, 12, "log" as const] : [0.1, 30, "scaling" as const];
    const kernel = geometry.kernel(epsilon);
    const rows = [1, 2, 3, 4].map((seed) => randomHistogram(20, seed, 0.3));
    const stack = (list: Float64Array[]): tf.Tensor => tf.tensor2d(list.map((row) => Array.from(row)));
    const value = sinkhornDivergence(stack(rows), stack(rows.toReversed()), kernel, { iterations, domain });
    const expected = rows.map(
      (a, index) => sinkhornDivergenceHost(a, rows[3 - index], geometry, { epsilon }).divergence,
    );
    expect(await value.data()).toBeAllclose(expected, { relative: 1e-5, absolute: 1e-7 });
    kernel.dispose();
  });
});
