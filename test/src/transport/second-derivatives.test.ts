// Second derivatives of what is composed of tensor operations, against differences of first ones; and refusals of those that are not there.
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import { unitGrid } from "../../../src/geometry/grid.ts";
import type { TensorKernel } from "../../../src/geometry/geometry.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { trainingBatchNorm } from "../../../src/tensor/batch-norm.ts";
import { linear } from "../../../src/tensor/linear.ts";
import { isOnHost } from "../../../src/tensor/placement.ts";
import { barycenter } from "../../../src/transport/barycenter/barycenter.ts";
import { debiasedBarycenterComposed } from "../../../src/transport/barycenter/debiased/tensor.ts";
import { barycenterComposed } from "../../../src/transport/barycenter/tensor/composed.ts";
import { planTransportCost, sinkhornUnrolled } from "../../../src/transport/sinkhorn/unrolled.ts";
import { relativeNorm } from "../../support/allclose.ts";
import { backends } from "../../support/backends.ts";
import { points, randomHistogram, randomMasses, randomNormal } from "../../support/problems.ts";
import { centred } from "../../support/reference.ts";

const EPSILON = 0.5;
const grid = unitGrid([3, 2]);
const cost = randomMasses(36, 1);
const cloudOf = (lazy: boolean) =>
  pointCloud(points([[0.1], [0.5], [0.8], [1.2], [1.9], [2]]), points([[0], [0.4], [1], [1.1], [1.5], [2.2]]), {
    lazy,
  });
const kernels: Readonly<Record<string, () => TensorKernel>> = {
  dense: () => denseGeometry(cost, [6, 6]).kernel(EPSILON),
  grid: () => grid.kernel(EPSILON),
  "lazy cloud": () => cloudOf(true).kernel(EPSILON),
};
/** Far enough from zero that a step does not reach it. */
const histograms = (rows: number, seed: number): tf.Tensor2D =>
  tf.tensor2d(Array.from({ length: rows }, (_, row) => [...randomMasses(6, seed + row).map((mass) => mass / 6 + 0.1)]));
const weights = tf.tensor1d([...randomNormal(6, 50)]);

/** f at a matrix or vector: the Hessian's product with a direction is the difference quotient of the gradient. */
function expectSecond(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, step: number, most = 5e-3): void {
  const direction = tf.tensor(Float32Array.from(randomNormal(x.size, 77)), x.shape);
  const product = tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.grad(f)(x), direction)))(x);
  const [after, before] = [1, -1].map((sign) =>
    tf
      .grad(f)(tf.add(x, tf.mul(direction, sign * step)))
      .dataSync(),
  );
  const expected = Array.from(after, (value, index) => (value - before[index]) / (2 * step));
  expect(Math.hypot(...expected)).toBeGreaterThan(1e-3);
  expect(relativeNorm(product.dataSync(), expected)).toBeLessThan(most);
}

describe.each(backends.filter((backend) => isOnHost(backend)))("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it("is what the issue of a silent error computes by hand", () => {
    const [a, b, direction] = [
      [0.2, 0.3, 0.5],
      [0.3, 0.3, 0.4],
      [0.5, -0.2, -0.3],
    ].map((row) => tf.tensor1d(row));
    const epsilon = 0.15;
    const kernel = denseGeometry([0.1, 0.5, 0.9, 0.4, 0.1, 0.6, 0.8, 0.3, 0.2], [3, 3]).kernel(epsilon);
    for (const domain of ["scaling", "log"] as const) {
      const value = (a: tf.Tensor): tf.Tensor => {
        const { f, g } = sinkhornUnrolled(a, b, kernel, { iterations: 100, domain });
        const fKL = tf.sub(f, tf.mul(tf.log(a), epsilon));
        return tf.add(tf.sum(tf.mul(fKL, a)), tf.sum(tf.mul(g, b)));
      };
      const product = tf.grad((a: tf.Tensor) => tf.sum(tf.mul(tf.grad(value)(a), direction)))(a);
      expect(centred(product.dataSync())).toBeAllclose([0.468, -0.04, -0.428], { absolute: 6e-4 });
    }
  });

  it.each(Object.keys(kernels))("of logApply, logApplyTranspose, logApplyCost and apply: %s", (name) => {
    const kernel = kernels[name]();
    const x = tf.tensor1d([...randomNormal(6, 3)]);
    for (const operator of ["logApply", "logApplyTranspose", "logApplyCost"] as const) {
      // through an operation before it, so that the input is not a leaf
      expectSecond((x) => tf.sum(tf.mul(kernel[operator](tf.mul(x, 1)), weights)), x, 1e-2);
    }
    expectSecond((x) => tf.sum(tf.square(kernel.apply(tf.square(x)))), x, 1e-2);
    kernel.dispose();
  });

  it.each(Object.keys(kernels))("of few iterations and their transport cost: %s", (name) => {
    const kernel = kernels[name]();
    const b = tf.tensor1d([...randomHistogram(6, 5)]);
    const logits = tf.tensor1d([...randomNormal(6, 6)]);
    const masses = (logits: tf.Tensor) => {
      const positive = tf.square(tf.add(logits, 3));
      return tf.div(positive, tf.sum(positive));
    };
    for (const domain of ["log", "scaling"] as const) {
      const value = (logits: tf.Tensor) =>
        planTransportCost(kernel, sinkhornUnrolled(masses(logits), b, kernel, { iterations: 3, domain }));
      expectSecond(value, logits, 3e-2, 2e-2);
    }
    kernel.dispose();
  });

  const forms = [
    { name: "plain, scaling", domain: "scaling" },
    { name: "plain, log", domain: "log" },
    { name: "heavy ball", domain: "log", heavyBall: -0.1 },
    { name: "unbalanced", domain: "log", rho: 1 },
  ] as const;
  it.each(forms)("of barycenterComposed in atoms, weights and points: $name", ({ domain, ...form }) => {
    const options = { epsilon: EPSILON, iterations: 3, domain, ...form };
    const atoms = histograms(2, 20);
    const shares = tf.tensor2d([[0.3, 0.7]]);
    const value = (atoms: tf.Tensor, shares: tf.Tensor, kernel: TensorKernel): tf.Tensor => {
      const problem = {
        geometry: kernel.geometry,
        kernel,
        atoms: atoms as tf.Tensor2D,
        weights: shares as tf.Tensor2D,
      };
      return tf.sum(tf.mul(barycenterComposed(problem, options).barycenters, weights));
    };
    const kernel = kernels.grid();
    expectSecond((atoms) => value(atoms, shares, kernel), atoms, 3e-3, 2e-2);
    expectSecond((shares) => value(atoms, shares, kernel), shares, 1e-2, 2e-2);
    const x = tf.tensor2d([...randomMasses(12, 8)], [6, 2]);
    expectSecond(
      (x) => value(atoms, shares, pointCloud(x as tf.Tensor2D, x as tf.Tensor2D).kernel(EPSILON)),
      x,
      1e-2,
      2e-2,
    );
    kernel.dispose();
  });

  it("of debiasedBarycenterComposed", () => {
    const kernel = kernels.grid();
    const shares = tf.tensor2d([[0.3, 0.7]]);
    const value = (atoms: tf.Tensor): tf.Tensor => {
      const problem = { geometry: grid, kernel, atoms: atoms as tf.Tensor2D, weights: shares };
      return tf.sum(tf.mul(debiasedBarycenterComposed(problem, { epsilon: EPSILON, iterations: 3 }), weights));
    };
    expectSecond(value, histograms(2, 20), 3e-3, 2e-2);
    kernel.dispose();
  });

  it("of batch normalisation and the fused dense product", () => {
    const x = tf.tensor2d([...randomNormal(12, 9)], [4, 3]);
    const [gamma, beta] = [tf.tensor1d([1, 2, -1]), tf.tensor1d([0, 1, 0.5])];
    const column = tf.tensor2d([...randomNormal(4, 10)], [4, 1]);
    expectSecond(
      (x) => tf.sum(tf.mul(tf.square(trainingBatchNorm(x as tf.Tensor2D, gamma, beta, 1e-3).y), column)),
      x,
      1e-2,
    );
    const kernel = tf.tensor2d([...randomNormal(6, 11)], [3, 2]);
    const bias = tf.tensor1d([0.1, -0.2]);
    expectSecond((x) => tf.sum(tf.square(linear(tf.square(x) as tf.Tensor2D, kernel, bias))), x, 1e-2);
  });

  it("of barycenter are refused, and so are its gradients in what is constant there", () => {
    const problem = { geometry: grid, weights: tf.tensor2d([[0.3, 0.7]]) };
    const options = { epsilon: EPSILON, iterations: 3 };
    const value = (atoms: tf.Tensor) =>
      tf.sum(tf.square(barycenter({ ...problem, atoms: atoms as tf.Tensor2D }, options).barycenters));
    const twice = tf.grad((atoms: tf.Tensor) => tf.sum(tf.square(tf.grad(value)(atoms))));
    expect(() => twice(histograms(2, 20))).toThrow(InputError);
    expect(() => twice(histograms(2, 20))).toThrow(/no second derivatives; use barycenterComposed/);
    const cost = tf.tensor2d([...randomMasses(36, 3)], [6, 6]);
    const moving = { geometry: denseGeometry(cost), atoms: histograms(2, 20), weights: problem.weights };
    expect(() => barycenter(moving, options)).toThrow(/use barycenterComposed where they are tensors/);
  });
});
