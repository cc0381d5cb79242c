import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { cloudGeometry } from "../../../src/geometry/cloud.ts";
import { plainCloudKernel } from "../../../src/geometry/cloud-plain.ts";
import type { Coordinates, HostKernel, PointCost } from "../../../src/geometry/geometry.ts";
import { plainDenseKernel } from "../../../src/geometry/dense-plain.ts";
import { hostPlan } from "../../../src/geometry/host-plan.ts";
import { pointsPlan } from "../../../src/geometry/plan-points.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { sinkhorn } from "../../../src/transport/sinkhorn/sinkhorn.ts";
import { sinkhornHost } from "../../../src/transport/sinkhorn/host.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { backends } from "../../support/backends.ts";
import { randomHistogram, randomNormal } from "../../support/problems.ts";

const COSTS: readonly PointCost[] = ["squared-euclidean", "euclidean", "manhattan", "cosine"];
const OPERATORS = ["apply", "applyTranspose", "applyCost", "logApply", "logApplyTranspose", "logApplyCost"] as const;

/** Clouds that share a point, so that a cost is zero. */
function cloudOf(cost: PointCost, n: number, m: number, d: number): Coordinates {
  const [x, y] = [randomNormal(n * d, 1), randomNormal(m * d, 2)];
  y.set(x.subarray(0, d), d);
  return { x: ndarray(x, [n, d]), y: ndarray(y, [m, d]), cost };
}

function inputOf(operator: (typeof OPERATORS)[number], n: number, m: number): Float64Array {
  const length = operator.endsWith("Transpose") ? n : m;
  const values = randomNormal(length, 3);
  if (operator.startsWith("log")) values[1] = -Infinity;
  return values.map((value) => (operator.startsWith("log") ? 20 * value : value));
}

describe.each(COSTS)("%s", (cost) => {
  const epsilon = cost === "cosine" ? 0.05 : 0.3;

  // the last rows and columns fill no register, no block and no task; sizes above 4096 pairs are the addon's
  it.each([
    [3, 5, 2],
    [70, 131, 1],
    [67, 260, 2],
    [129, 64, 3],
    [65, 129, 5],
  ])("the operators of %i x %i points in %i-D are those of their matrix", (n, m, d) => {
    if (cost === "cosine" && d === 1) return; // a direction is a sign there
    const geometry = cloudGeometry(cloudOf(cost, n, m, d));
    const dense = plainDenseKernel(geometry.costMatrix().data, [n, m], epsilon);
    const kernels: HostKernel[] = [geometry.hostKernel(epsilon), plainCloudKernel(geometry.coordinates, epsilon)];
    for (const operator of OPERATORS) {
      const x = inputOf(operator, n, m);
      const out = () => new Float64Array(operator.endsWith("Transpose") ? m : n).fill(7);
      const expected = dense[operator](x, out());
      for (const kernel of kernels) {
        expect(kernel[operator](x, out())).toBeAllclose(expected, { relative: 1e-12, absolute: 1e-12 });
      }
    }
  });

  it("all mass absent gives -Infinity", () => {
    const geometry = cloudGeometry(cloudOf(cost, 64, 65, 2));
    const out = geometry.hostKernel(epsilon).logApply(new Float64Array(65).fill(-Infinity), new Float64Array(64));
    expect(out).toEqual(new Float64Array(64).fill(-Infinity));
  });

  it.each([
    [67, 130, 2],
    [66, 64, 5],
  ])("the plan of %i x %i points in %i-D is that of TypeScript", (n, m, d) => {
    const geometry = cloudGeometry(cloudOf(cost, n, m, d));
    const [u, v] = [randomNormal(n, 4), randomNormal(m, 5)];
    u[3] = v[1] = v[m - 1] = -Infinity;
    const weights = { alpha: randomNormal(n, 6), beta: randomNormal(m, 7), gamma: 0.3, delta: -0.4, curvature: 0.7 };
    weights.alpha[3] = weights.beta[1] = -Infinity;
    const direction = { x: randomNormal(n * d, 8), y: randomNormal(m * d, 9) };
    const plans = [hostPlan(geometry, epsilon, u, v), pointsPlan(geometry.coordinates, epsilon, u, v)];
    const all = plans.map((plan) => {
      const { rows, columns, points } = plan.reduce({ ...weights, direction, slopes: true });
      const bare = plan.reduce({ beta: weights.beta });
      const products = [
        plan.apply(randomNormal(3 * m, 10), new Float64Array(3 * n)),
        plan.applyTranspose(randomNormal(2 * n, 11), new Float64Array(2 * m)),
      ];
      return [rows, columns, points!.x, points!.y, bare.rows, bare.columns, ...products].flatMap((part) => [...part]);
    });
    expect(all[0]).toBeAllclose(all[1], { relative: 1e-10, absolute: 1e-10 });
    expect(all[0].every(Number.isFinite)).toBe(true);
  });
});

it("Sinkhorn of a cloud is that of its matrix", () => {
  const [x, y] = [randomNormal(80 * 2, 1), randomNormal(70 * 2, 2)];
  const [a, b] = [randomHistogram(80, 3, 0.2), randomHistogram(70, 4, 0.2)];
  const solve = (lazy: boolean, epsilon: number) =>
    sinkhornHost(a, b, pointCloud(ndarray(x, [80, 2]), ndarray(y, [70, 2]), { lazy }), { epsilon, maxIterations: 60 });
  for (const epsilon of [0.5, 0.005]) {
    const [dense, lazy] = [solve(false, epsilon), solve(true, epsilon)];
    expect(lazy.errors).toBeAllclose(dense.errors, { absolute: 1e-11 });
    expect(lazy.f).toBeAllclose(dense.f, { absolute: 1e-10 });
    expect(lazy.domain).toBe(dense.domain);
  }
});

const TENSOR_OPERATORS = ["apply", "applyTranspose", "logApply", "logApplyTranspose", "logApplyCost"] as const;

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(COSTS)("the operators of %s points are those of their matrix, and so are the gradients", async (cost) => {
    const coordinates = cloudOf(cost, 7, 5, 2);
    const geometries = [cloudGeometry(coordinates), pointCloud(coordinates.x, coordinates.y, { cost, lazy: false })];
    const tensors = tf.memory().numTensors;
    const [lazy, dense] = geometries.map((geometry) => geometry.kernel(0.4));
    for (const operator of TENSOR_OPERATORS) {
      const columns = operator.endsWith("Transpose") ? 7 : 5;
      const x = tf.tensor2d(Float32Array.from(randomNormal(2 * columns, 6)), [2, columns]);
      const [actual, expected] = [lazy, dense].map((kernel) =>
        tf.valueAndGrad((rows: tf.Tensor) => tf.sum(tf.square(kernel[operator](rows))))(x),
      );
      const near = { relative: 2e-4, absolute: 2e-4 };
      expect(await actual.value.data()).toBeAllclose(await expected.value.data(), near);
      expect(await actual.grad.data()).toBeAllclose(await expected.grad.data(), near);
      tf.dispose([x, actual, expected]);
    }
    lazy.dispose();
    dense.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  const histogram = (count: number, seed: number) => tf.tensor1d(Float32Array.from(randomHistogram(count, seed, 0.2)));
  it("`sinkhorn` takes a cloud", async () => {
    const [x, y] = [ndarray(randomNormal(24, 1), [12, 2]), ndarray(randomNormal(20, 2), [10, 2])];
    const masses = [histogram(12, 3), histogram(10, 4)] as const;
    const solve = (lazy: boolean) =>
      sinkhorn(...masses, pointCloud(x, y, { lazy }), { epsilon: 0.5, maxIterations: 200 });
    const [lazy, dense] = [await solve(true), await solve(false)];
    expect([lazy.status, lazy.iterations]).toEqual([dense.status, dense.iterations]);
    const [f, g] = [await dense.f.data(), await dense.g.data()];
    const present = (values: Float32Array | Int32Array | Uint8Array) =>
      Array.from(values).filter((value) => value > -1e29);
    expect(present(await lazy.f.data())).toBeAllclose(present(f), { relative: 1e-3, absolute: 1e-3 });
    expect(present(await lazy.g.data())).toBeAllclose(present(g), { relative: 1e-3, absolute: 1e-3 });
    tf.dispose([...masses, lazy.f, lazy.g, dense.f, dense.g]);
  });
});

it("an infinite coordinate of the other sign, a lazy cost function and a wrong lazy are refused", () => {
  expect(() => pointCloud([[0]], [[Infinity]], { lazy: true })).toThrow(InputError);
  expect(() => pointCloud([[0]], [[1]], { lazy: true, cost: () => 1 })).toThrow(/^lazy: a cost function has a matrix/);
  expect(() => pointCloud([[0]], [[1]], { lazy: 1 as never })).toThrow(/^lazy: expected true, false or auto/);
});

it("auto keeps a matrix of few pairs only", () => {
  const line = (count: number) => ndarray(new Float64Array(count), [count, 1]);
  expect(pointCloud(line(100), line(100)).kind).toBe("dense");
  expect(pointCloud(line(2 ** 13), line(2 ** 13)).kind).toBe("cloud");
  expect(pointCloud(line(10), line(10), { lazy: true }).symmetric).toBe(true);
});
