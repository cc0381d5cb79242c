import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { RunError } from "../../../../../src/errors.ts";
import { denseGeometry } from "../../../../../src/geometry/dense.ts";
import type { TensorKernel } from "../../../../../src/geometry/geometry.ts";
import { pointCloud } from "../../../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../../../src/tensor/backend.ts";
import { isOnHost } from "../../../../../src/tensor/placement.ts";
import { sinkhornImplicit } from "../../../../../src/transport/implicit/tensor/potentials.ts";
import {
  barycentricProjection,
  planApply,
  planApplyTranspose,
} from "../../../../../src/transport/sinkhorn/plan-products.ts";
import { planTransportCost, sinkhornUnrolled } from "../../../../../src/transport/sinkhorn/unrolled.ts";
import type { TensorPotentials } from "../../../../../src/transport/sinkhorn/engine.ts";
import { relativeNorm } from "../../../../support/allclose.ts";
import { backends } from "../../../../support/backends.ts";
import { randomHistogram, randomMasses, randomNormal } from "../../../../support/problems.ts";

const [N, M, D] = [6, 5, 2];
const EPSILON = 0.3;
const [a, b] = [randomHistogram(N, 3), randomHistogram(M, 4)];
const [x, y] = [randomMasses(N * D, 1), randomMasses(M * D, 2)];
const z = randomNormal(M, 6);
const w = randomNormal(N, 7);

/** What is made of converged potentials. Potentials themselves are compared in a form that no constant changes. */
const functionals = {
  potentials: (_: TensorKernel, { f, g }: TensorPotentials) =>
    tf.add(tf.sum(tf.mul(f, tf.softmax(tf.tensor1d([...w])))), tf.sum(tf.mul(g, tf.softmax(tf.tensor1d([...z]))))),
  transport: planTransportCost,
  product: (kernel: TensorKernel, found: TensorPotentials) =>
    tf.sum(tf.mul(planApply(kernel, found, tf.tensor1d([...z])), tf.tensor1d([...w]))),
  "transposed product": (kernel: TensorKernel, found: TensorPotentials) =>
    tf.sum(tf.square(planApplyTranspose(kernel, found, tf.tensor1d([...w])))),
  projection: (kernel: TensorKernel, found: TensorPotentials) =>
    tf.sum(tf.square(barycentricProjection(kernel, found, tf.tensor2d([...y], [M, D])))),
};

describe.each(backends.filter((backend) => isOnHost(backend)))("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));
  const inputs = () => [
    tf.tensor1d([...a]),
    tf.tensor1d([...b]),
    tf.tensor2d([...x], [N, D]),
    tf.tensor2d([...y], [M, D]),
    tf.scalar(EPSILON),
  ];

  it.each(Object.entries(functionals))("the gradient of %s is that of long unrolling", (_, functional) => {
    const through = (solve: (a: tf.Tensor, b: tf.Tensor, kernel: TensorKernel) => TensorPotentials) =>
      tf.valueAndGrads((...[a, b, x, y, epsilon]: tf.Tensor[]) => {
        // masses of a fixed total: along others the two differ
        const [first, second] = [tf.div(a, tf.sum(a)), tf.div(b, tf.sum(b))];
        const kernel = pointCloud(x as tf.Tensor2D, y as tf.Tensor2D).kernel(epsilon as tf.Scalar);
        return functional(kernel, solve(first, second, kernel));
      })(inputs());
    const implicit = through((a, b, kernel) => sinkhornImplicit(a, b, kernel));
    const unrolled = through((a, b, kernel) => sinkhornUnrolled(a, b, kernel, { iterations: 60 }));
    expect(implicit.value.dataSync()).toBeAllclose(unrolled.value.dataSync(), { relative: 1e-5 });
    implicit.grads.forEach((gradient, index) => {
      expect(relativeNorm(gradient.dataSync(), [...unrolled.grads[index].dataSync()])).toBeLessThan(1e-3);
    });
  });

  it("a batch over a cost that is a tensor, with zero masses", () => {
    const cost = tf.tensor2d([...randomMasses(N * M, 8)], [N, M]);
    const rows = [randomHistogram(N, 9, 0.4), randomHistogram(N, 10)];
    const others = [randomHistogram(M, 11), randomHistogram(M, 12, 0.4)];
    const value = (cost: tf.Tensor, pairs: readonly number[]) => {
      const kernel = denseGeometry(cost as tf.Tensor2D).kernel(EPSILON);
      const stack = (list: readonly Float64Array[]) => tf.tensor2d(pairs.map((pair) => [...list[pair]]));
      return tf.sum(planTransportCost(kernel, sinkhornImplicit(stack(rows), stack(others), kernel)));
    };
    const gradient = (pairs: readonly number[]) => tf.grad((cost: tf.Tensor) => value(cost, pairs))(cost);
    const together = gradient([0, 1]).dataSync();
    expect(together.every(Number.isFinite)).toBe(true);
    expect(together).toBeAllclose(tf.add(gradient([0]), gradient([1])).dataSync(), { absolute: 1e-6 });
  });

  it("refuses what it does not have", () => {
    const [a, b, x, y] = inputs();
    const kernel = pointCloud(x as tf.Tensor2D, y as tf.Tensor2D).kernel(EPSILON);
    expect(() => sinkhornImplicit(a, b, kernel, { maxIterations: 2 })).toThrow(RunError);
    const once = (a: tf.Tensor) => tf.sum(tf.square(sinkhornImplicit(a, b, kernel).f));
    expect(() => tf.grad((a: tf.Tensor) => tf.sum(tf.square(tf.grad(once)(a))))(a)).toThrow(
      /has no second derivatives/,
    );
  });
});
