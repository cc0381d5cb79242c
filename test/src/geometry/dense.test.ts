import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import type { PointCost } from "../../../src/geometry/geometry.ts";
import { logMatVec } from "../../../src/geometry/log-matvec.ts";
import { LOG_ZERO } from "../../../src/geometry/log-sum.ts";
import { pointCloud } from "../../../src/geometry/pointcloud.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { backends } from "../../support/backends.ts";
import { dot, points, randomMasses, randomNormal } from "../../support/problems.ts";

const n = 6;
const m = 9;
const cost = randomMasses(n * m, 1);
cost[4] = 0; // log(K * C) is -Infinity there
const geometry = denseGeometry(cost, [n, m]);
const epsilon = 0.2;
const OPERATORS = ["apply", "applyTranspose", "logApply", "logApplyTranspose", "logApplyCost"] as const;
const HOST_OPERATORS = [...OPERATORS, "applyCost"] as const;
const isTransposed = (operator: string): boolean => operator.endsWith("Transpose");

/** The operator written out: sum_j K_ij x_j and its logarithm, in the domain of x. */
function byHand(operator: (typeof HOST_OPERATORS)[number], x: Float64Array): number[] {
  const weight = (entry: number): number => Math.exp(-entry / epsilon) * (operator.endsWith("Cost") ? entry : 1);
  const inLog = operator.startsWith("log");
  const values = inLog ? x.map(Math.exp) : x;
  const [rows, columns] = isTransposed(operator) ? [m, n] : [n, m];
  return Array.from({ length: rows }, (_, row) => {
    let sum = 0;
    for (let column = 0; column < columns; column++) {
      const entry = isTransposed(operator) ? cost[column * m + row] : cost[row * m + column];
      sum += weight(entry) * values[column];
    }
    return inLog ? Math.log(sum) : sum;
  });
}

function inputOf(operator: (typeof HOST_OPERATORS)[number]): Float64Array {
  const masses = randomMasses(isTransposed(operator) ? n : m, 2, 0.3);
  return operator.startsWith("log") ? masses.map(Math.log) : masses;
}

it.each(HOST_OPERATORS)("host %s is the sum written out", (operator) => {
  const out = new Float64Array(isTransposed(operator) ? m : n);
  const result = geometry.hostKernel(epsilon)[operator](inputOf(operator), out);
  expect(result).toBe(out);
  expect(result).toBeAllclose(byHand(operator, inputOf(operator)), { relative: 1e-13, absolute: 1e-13 });
});

it.each([
  ["integers", Int32Array.of(0, 1, 2, 0)],
  ["a plain array", [0, 1, 2, 0]],
  ["an array of integers with its shape", ndarray(Int32Array.of(0, 1, 2, 0), [2, 2])],
])("%s as costs are computed in float64", (_, costs) => {
  const apply = (given: typeof costs) => {
    const matrix = "shape" in given ? denseGeometry(given) : denseGeometry(given, [2, 2]);
    return matrix.hostKernel(0.7).apply(Float64Array.of(0.3, 0.4), new Float64Array(2));
  };
  expect(apply(costs)).toEqual(apply([0, 1, 2, 0]));
  expect(apply(costs)[0]).toBeCloseTo(0.3 + 0.4 * Math.exp(-1 / 0.7), 14);
});

it("points nearer than float64 squares are at distance zero beside others", () => {
  expect(pointCloud(points([[1e-200], [1]]), points([[0]])).costMatrix().data).toEqual(Float64Array.of(0, 1));
});

it("K and K^T are adjoint", () => {
  const kernel = geometry.hostKernel(epsilon);
  const x = randomNormal(m, 3);
  const y = randomNormal(n, 4);
  const left = dot(kernel.apply(x, new Float64Array(n)), y);
  const right = dot(x, kernel.applyTranspose(y, new Float64Array(m)));
  expect([left]).toBeAllclose([right], { relative: 1e-14, absolute: 1e-14 });
});

it("absent mass gives -Infinity, not NaN", () => {
  const kernel = geometry.hostKernel(epsilon);
  const absent = new Float64Array(m).fill(-Infinity);
  for (const operator of ["logApply", "logApplyCost"] as const) {
    expect(Array.from(kernel[operator](absent, new Float64Array(n)))).toEqual(Array(n).fill(-Infinity));
  }
  const none = new Float64Array(n).fill(-Infinity);
  expect(Array.from(kernel.logApplyTranspose(none, new Float64Array(m)))).toEqual(Array(m).fill(-Infinity));
});

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it.each(OPERATORS)("%s equals the host, batched, and so does its gradient", async (operator) => {
    const kernel = geometry.kernel(epsilon);
    const rows = isTransposed(operator) ? m : n;
    const input = inputOf(operator);
    const stored = Array.from(input, (value) => (value === -Infinity ? LOG_ZERO : value));
    const x = tf.tensor([stored, stored.map((value) => value + 0.5)]);
    const cotangent = randomNormal(2 * rows, 5);
    const { value, grad } = tf.valueAndGrad((batch: tf.Tensor) => {
      const output = kernel[operator](batch);
      return tf.sum(tf.mul(output, tf.tensor2d(Float32Array.from(cotangent), [2, rows])));
    })(x);
    const output = kernel[operator](x);
    const expected = [
      byHand(operator, input),
      byHand(
        operator,
        input.map((entry) => entry + 0.5),
      ),
    ];
    expect(output.shape).toEqual([2, rows]);
    expect(await output.data()).toBeAllclose(expected, { relative: 1e-5, absolute: 1e-5 });

    const direction = randomNormal(input.length, 6);
    const first = cotangent.slice(0, rows); // of the first row of the batch
    const moved = (sign: number): number[] =>
      byHand(
        operator,
        input.map((entry, index) => entry + sign * 1e-6 * direction[index]),
      );
    const slope = (dot(first, moved(1)) - dot(first, moved(-1))) / 2e-6;
    const gradient = (await grad.data()).slice(0, input.length);
    expect([dot(gradient, direction)]).toBeAllclose([slope], { relative: 1e-4, absolute: 1e-4 });
    kernel.dispose();
    tf.dispose([x, value, grad, output]);
  });
});

it("a log product in many pieces equals the pieces, and so does its gradient", async () => {
  await useBackend("wasm");
  const width = 2100; // 2100^2 entries exceed one piece, their halves do not
  const x = tf.tensor2d(Float32Array.from(randomNormal(2 * width, 1)), [2, width]);
  const logKernel = tf.tensor2d(Float32Array.from(randomNormal(width * width, 2)), [width, width]);
  const run = (kernel: tf.Tensor2D): { value: tf.Tensor; grad: tf.Tensor } =>
    tf.valueAndGrad((rows: tf.Tensor) => tf.sum(logMatVec(rows as tf.Tensor2D, kernel)))(x);
  const whole = run(logKernel);
  const halves = tf.split(logKernel, 2, 0).map((half) => run(half as tf.Tensor2D));
  const sum = tf.addN(halves.map(({ grad }) => grad));
  expect(await whole.grad.data()).toBeAllclose(await sum.data(), { relative: 1e-5, absolute: 1e-6 });
  const values = await Promise.all(halves.map(({ value }) => value.data()));
  expect(await whole.value.data()).toBeAllclose([values[0][0] + values[1][0]], { relative: 1e-5 });
});

describe("point clouds", () => {
  const x = points([
    [0, 0],
    [1, 2],
    [3, -1],
  ]);
  const y = points([
    [0, 0],
    [4, 4],
  ]);
  it.each<[PointCost, number[]]>([
    ["squared-euclidean", [0, 32, 5, 13, 10, 26]],
    ["euclidean", [0, 32, 5, 13, 10, 26].map(Math.sqrt)],
    ["manhattan", [0, 8, 3, 5, 4, 6]],
  ])("%s", (pointCost, expected) => {
    const cloud = pointCloud(x, y, { cost: pointCost });
    expect(cloud.costMatrix().data).toBeAllclose(expected);
    expect(cloud.maxCost).toBeCloseTo(Math.max(...expected), 12);
    expect(cloud.symmetric).toBe(false);
    expect(pointCloud(x, x, { cost: pointCost }).symmetric).toBe(true);
    expect(cloud.coordinates).toEqual({ x, y, cost: pointCost });
  });

  it("takes rows of numbers", () => {
    const rows = [[0, 0], Float32Array.of(1, 2), Float64Array.of(3, -1)];
    expect(pointCloud(rows, y).costMatrix()).toEqual(pointCloud(x, y).costMatrix());
  });

  it("cosine is 1 - cos", () => {
    const { data } = pointCloud([[1, 0]], [[5, 0], [0, 2], [-1, 0], [1, 1]], { cost: "cosine" }).costMatrix(); // prettier-ignore
    expect(data).toBeAllclose([0, 1, 2, 1 - Math.SQRT1_2], { absolute: 1e-15 });
  });

  it("takes a cost function, whose matrix is all that is kept", () => {
    const farthest = (p: Float64Array, q: Float64Array): number =>
      Math.max(...p.map((value, at) => Math.abs(value - q[at])));
    const cloud = pointCloud(x, y, { cost: farthest });
    expect(cloud.costMatrix().data).toEqual(Float64Array.of(0, 4, 2, 3, 3, 5));
    expect(cloud.coordinates).toBeUndefined();
  });
});

it.each([
  [() => denseGeometry(ndarray(Float64Array.of(1, 2), [2])), /matrix \[n, m\]/],
  [() => denseGeometry(Float64Array.of(1, 2, 3), [2, 2]), /needs 4 elements, got 3/],
  [() => denseGeometry(Float64Array.of(0, -Infinity, 1, 0), [2, 2]), /got -Infinity at \[0, 1\]/],
  [() => denseGeometry([[0, 1], [2]]), /ground cost: expected rows of equal length, got \[2\] and, at \[1\], \[1\]/],
  [() => denseGeometry(Float64Array.of(0, 1, NaN, 0), [2, 2]), /got NaN at \[1, 0\]/],
  [() => geometry.hostKernel(0), /epsilon/],
  [() => geometry.kernel(NaN), /epsilon/],
  [() => pointCloud(points([[0, 1]]), points([[0]])), /dimension 2, y of 1/],
  [() => pointCloud(points([[0, Infinity]]), points([[0, 1]])), /Infinity in row 0 of x/],
  [() => pointCloud(points([[0]]), points([[0]]), { cost: "chebyshev" as PointCost }), /^cost: .* got chebyshev/],
  [() => pointCloud(points([[0]]), points([[0]]), { cost: "toString" as PointCost }), /^cost: .* got toString/],
  [() => pointCloud(points([[1e200]]), points([[0]])), /1e\+200 apart leaves the range of float64/],
  [() => pointCloud(points([[1e200]]), points([[0]]), { cost: "euclidean" }), /leaves the range of float64/],
  [() => pointCloud(points([[1e308]]), points([[-1e308]]), { cost: "manhattan" }), /leaves the range of float64/],
  [() => pointCloud(points([[1e-200]]), points([[0]])), /1e-200 apart leaves the range of float64/],
  [() => pointCloud([], [[0]]), /as rows of numbers, got none/],
  [() => pointCloud([0, 1] as never, [[0]]), /rows of x, got a number; write \[\[0\], \[1\]\]/],
  [() => pointCloud([[0, 1], [0]], [[0, 1]]), /rows of x differ: 0 has 2 numbers, 1 has 1/],
  [() => pointCloud([[0, 0]], [[0, 1]], { cost: "cosine" }), /needs a direction, got .* 0 in row 0 of x/],
  [() => pointCloud([[0]], [[0]], { cost: () => NaN }), /got NaN at \[0, 0\]/],
  [() => geometry.hostKernel(1e308), /^epsilon: .* leave the range of float64/],
  [() => geometry.hostKernel(1e-310), /^epsilon: .* leave the range of float64/],
  [() => geometry.kernel(1e40), /^epsilon: .* leave the range of float32.*or solve on the host/],
  [() => geometry.kernel(1e-40), /^epsilon: .* leave the range of float32/],
  [() => denseGeometry(Float64Array.of(0, 1e30), [1, 2]).kernel(1), /leave the range of float32/],
])("rejects bad input with one line: case %#", (make, message) => {
  expect(make).toThrow(InputError);
  expect(make).toThrow(message);
});
