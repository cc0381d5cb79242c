import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError, RunError } from "../../../../../src/errors.ts";
import type { TensorKernel } from "../../../../../src/geometry/geometry.ts";
import { unitGrid } from "../../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../../../src/tensor/backend.ts";
import { isOnHost } from "../../../../../src/tensor/placement.ts";
import { barycenterComposed } from "../../../../../src/transport/barycenter/tensor/composed.ts";
import { barycenterImplicit } from "../../../../../src/transport/implicit/tensor/barycenter.ts";
import { relativeNorm } from "../../../../support/allclose.ts";
import { backends } from "../../../../support/backends.ts";
import { randomHistogram, randomMasses, randomNormal } from "../../../../support/problems.ts";
import { centred } from "../../../../support/reference.ts";

const EPSILON = 0.4;
const N = 6;
const atomRows = [1, 2, 3].map((seed) => [...randomHistogram(N, seed, seed === 2 ? 0.3 : 0)]);
const shares = [
  [0.2, 0.3, 0.5],
  [0.6, 0.4, 0],
];

describe.each(backends.filter((backend) => isOnHost(backend)))("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it("values and gradients are those of many composed iterations", () => {
    const slope = tf.tensor2d([...randomNormal(2 * N, 7)], [2, N]);
    const through = (solve: (kernel: TensorKernel, atoms: tf.Tensor2D, weights: tf.Tensor2D) => tf.Tensor) =>
      tf.valueAndGrads((...[atoms, weights, x, epsilon]: tf.Tensor[]) => {
        const kernel = pointCloud(x as tf.Tensor2D, x as tf.Tensor2D).kernel(epsilon as tf.Scalar);
        return tf.sum(tf.mul(solve(kernel, atoms as tf.Tensor2D, weights as tf.Tensor2D), slope));
      })([
        tf.tensor2d(atomRows),
        tf.tensor2d(shares),
        tf.tensor2d([...randomMasses(2 * N, 8)], [N, 2]),
        tf.scalar(EPSILON),
      ]);
    const implicit = through((kernel, atoms, weights) => barycenterImplicit({ kernel, atoms, weights }));
    const options = { epsilon: EPSILON, iterations: 60, domain: "scaling" } as const;
    const composed = through(
      (kernel, atoms, weights) =>
        barycenterComposed({ geometry: kernel.geometry, kernel, atoms, weights }, options).barycenters,
    );
    expect(implicit.value.dataSync()).toBeAllclose(composed.value.dataSync(), { relative: 1e-5, absolute: 1e-6 });
    for (const [index, gradient] of implicit.grads.entries()) {
      // a constant on an atom, or on a row of weights, is the change of a total
      const compared = (values: Float32Array): number[] => {
        const columns = index === 0 ? N : 3;
        if (index > 1) return [...values];
        return Array.from({ length: values.length / columns }, (_, row) =>
          centred(values.subarray(row * columns, (row + 1) * columns)),
        ).flatMap((row) => [...row]);
      };
      const [found, expected] = [gradient, composed.grads[index]].map((tensor) =>
        compared(tensor.dataSync() as Float32Array),
      );
      expect(relativeNorm(found, expected)).toBeLessThan(2e-3);
    }
  });

  it("refuses what it does not have", () => {
    const kernel = unitGrid([3, 2]).kernel(EPSILON);
    const [atoms, weights] = [tf.tensor2d(atomRows), tf.tensor2d(shares)];
    expect(() => barycenterImplicit({ kernel, atoms, weights }, { maxIterations: 1 })).toThrow(RunError);
    expect(() => barycenterImplicit({ kernel, atoms, weights: tf.tensor2d([[1, 1, -1]]) })).toThrow(/weights >= 0/);
    const once = (atoms: tf.Tensor) =>
      tf.sum(tf.square(barycenterImplicit({ kernel, atoms: atoms as tf.Tensor2D, weights })));
    expect(() => tf.grad((atoms: tf.Tensor) => tf.sum(tf.square(tf.grad(once)(atoms))))(atoms)).toThrow(InputError);
    kernel.dispose();
  });
});
