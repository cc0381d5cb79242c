import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../../../src/errors.ts";
import { denseGeometry } from "../../../../../src/geometry/dense.ts";
import type { Geometry } from "../../../../../src/geometry/geometry.ts";
import { unitGrid } from "../../../../../src/geometry/grid.ts";
import { pointCloud } from "../../../../../src/geometry/pointcloud.ts";
import { ndarray } from "../../../../../src/tensor/ndarray.ts";
import { useBackend } from "../../../../../src/tensor/backend.ts";
import { isOnHost } from "../../../../../src/tensor/placement.ts";
import { sinkhornDivergence } from "../../../../../src/transport/divergence.ts";
import { divergenceGradient, divergenceHessianProduct } from "../../../../../src/transport/implicit/divergence.ts";
import { entropicGradient, entropicHessianProduct } from "../../../../../src/transport/implicit/entropic.ts";
import type { VariableSlopes } from "../../../../../src/transport/implicit/variables.ts";
import { entropicCost } from "../../../../../src/transport/entropic-cost.ts";
import { sinkhornUnrolled } from "../../../../../src/transport/sinkhorn/unrolled.ts";
import { relativeNorm } from "../../../../support/allclose.ts";
import { backends } from "../../../../support/backends.ts";
import { dot, randomHistogram, randomMasses, randomNormal } from "../../../../support/problems.ts";
import { centred } from "../../../../support/reference.ts";

const [N, M, D] = [6, 5, 2];
const EPSILON = 0.4;
const EXACT = { epsilon: EPSILON, tolerance: 1e-12, maxIterations: 100_000 };
const run = { iterations: 40 };
/** As tensors hold them. */
const float32 = (values: Float64Array): Float64Array => Float64Array.from(Float32Array.from(values));
const [a, b] = [randomHistogram(N, 3, 0.3), randomHistogram(M, 4)].map(float32);
const [x, y] = [randomMasses(N * D, 1), randomMasses(M * D, 2)].map(float32);
const matrix = float32(randomMasses(N * M, 5));

type Variables = readonly tf.Tensor[];
interface Setting {
  readonly name: string;
  /** From the tensors. */
  readonly geometry: (variables: Variables) => Geometry;
  readonly host: Geometry;
  readonly variables: readonly Float64Array[];
  readonly shapes: readonly (readonly [number, number])[];
  readonly slopes: (found: VariableSlopes) => Float64Array[];
  readonly direction: (parts: readonly Float64Array[]) => object;
  readonly masses: readonly [Float64Array, Float64Array];
}

const clouds: Setting = {
  name: "clouds",
  geometry: ([x, y]) => pointCloud(x as tf.Tensor2D, y as tf.Tensor2D),
  host: pointCloud(ndarray(x, [N, D]), ndarray(y, [M, D])),
  variables: [x, y],
  shapes: [
    [N, D],
    [M, D],
  ],
  slopes: ({ points }) => [points!.x, points!.y],
  direction: ([x, y]) => ({ x, y }),
  masses: [a, b],
};
const matrices: Setting = {
  name: "cost matrices",
  geometry: ([cost]) => denseGeometry(cost as tf.Tensor2D),
  host: denseGeometry(matrix, [N, M]),
  variables: [matrix],
  shapes: [[N, M]],
  slopes: ({ cost }) => [cost!],
  direction: ([cost]) => ({ cost }),
  masses: [a, b],
};
const grid = unitGrid([3, 2]);
const grids: Setting = {
  name: "grids",
  geometry: () => grid,
  host: grid,
  variables: [],
  shapes: [],
  slopes: () => [],
  direction: () => ({}),
  masses: [a, float32(randomHistogram(6, 9))],
};

describe.each(backends)("on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));
  if (!isOnHost(backend)) {
    it("has first derivatives in everything, and refuses second ones", async () => {
      const inputs = [
        tf.tensor1d([...a]),
        tf.tensor1d([...b]),
        tf.tensor2d([...x], [N, D]),
        tf.tensor2d([...y], [M, D]),
      ];
      const value = (...[a, b, x, y, epsilon]: tf.Tensor[]) =>
        sinkhornDivergence(a, b, pointCloud(x as tf.Tensor2D, y as tf.Tensor2D).kernel(epsilon as tf.Scalar), {
          iterations: 20,
        });
      const found = tf.valueAndGrads(value)([...inputs, tf.scalar(EPSILON)]);
      const expected = divergenceGradient(a, b, clouds.host, EXACT);
      const wanted = [expected.a, expected.b, expected.points!.x, expected.points!.y, [expected.epsilon]];
      expect(await found.value.data()).toBeAllclose([expected.value], { relative: 1e-4, absolute: 1e-6 });
      for (const [index, gradient] of found.grads.entries()) {
        const compared = (values: ArrayLike<number>) => (index < 2 ? centred(values) : Array.from(values));
        expect(relativeNorm(compared(await gradient.data()), compared(wanted[index]))).toBeLessThan(1e-3);
      }
      const twice = tf.grad((x: tf.Tensor) =>
        tf.sum(tf.grad((x: tf.Tensor) => value(inputs[0], inputs[1], x, inputs[3], tf.scalar(EPSILON)))(x)),
      );
      expect(() => twice(inputs[2])).toThrow(/second derivatives need tensors in the host's memory/);
    });
    return;
  }

  describe.each([clouds, matrices, grids])("over $name", (setting) => {
    const { host, variables, shapes, masses } = setting;
    const tensors = (): tf.Tensor[] => [
      ...masses.map((part) => tf.tensor1d(Float32Array.from(part))),
      ...variables.map((part, index) => tf.tensor2d(Float32Array.from(part), shapes[index] as [number, number])),
      tf.scalar(EPSILON),
    ];
    const direction = (): Float64Array[] =>
      [...masses, ...variables, [0]].map((part, index) =>
        float32(randomNormal(part.length, 40 + index).map((value, at) => (index < 2 && part[at] === 0 ? 0 : value))),
      );
    const kernelOf = (inputs: Variables) => setting.geometry(inputs.slice(2, -1)).kernel(inputs.at(-1) as tf.Scalar);
    const flat = (found: VariableSlopes): Float64Array[] => [
      found.a,
      found.b,
      ...setting.slopes(found),
      Float64Array.of(found.epsilon),
    ];
    const hostDirection = (parts: readonly Float64Array[]) => ({
      a: parts[0],
      b: parts[1],
      ...setting.direction(parts.slice(2, -1)),
      epsilon: parts.at(-1)![0],
    });

    /** KL form of the dual value of unrolled potentials. */
    const unrolled =
      (domain: "log" | "scaling") =>
      (...inputs: tf.Tensor[]): tf.Tensor => {
        const { f, g } = sinkhornUnrolled(inputs[0], inputs[1], kernelOf(inputs), { ...run, domain });
        const part = (potential: tf.Tensor, masses: tf.Tensor): tf.Tensor => {
          const present = tf.tensor1d(Array.from(masses.dataSync(), (mass) => (mass > 0 ? 1 : 0)));
          const logs = tf.log(tf.add(masses, tf.sub(1, present)));
          const kl = tf.sub(tf.mul(potential, present), tf.mul(logs, inputs.at(-1)!));
          return tf.sum(tf.mul(kl, masses));
        };
        return tf.add(part(f, inputs[0]), part(g, inputs[1]));
      };
    const operations = [
      {
        name: "entropicCost",
        value: (...inputs: tf.Tensor[]) => entropicCost(inputs[0], inputs[1], kernelOf(inputs), run),
        debiased: false,
      },
      { name: "sinkhornUnrolled (log)", value: unrolled("log"), debiased: false },
      { name: "sinkhornUnrolled (scaling)", value: unrolled("scaling"), debiased: false },
      ...(setting === matrices
        ? []
        : [
            {
              name: "sinkhornDivergence",
              value: (...inputs: tf.Tensor[]) => sinkhornDivergence(inputs[0], inputs[1], kernelOf(inputs), run),
              debiased: true,
            },
          ]),
    ];

    it.each(operations)("$name: value, gradient and Hessian's product", async ({ name, value, debiased }) => {
      const inputs = tensors();
      const towards = direction();
      for (const part of towards.slice(0, 2)) {
        // a total that moves would show in the forms of the value
        const moving = part.filter((entry) => entry !== 0);
        const mean = moving.reduce((sum, entry) => sum + entry, 0) / moving.length;
        part.forEach((entry, at) => (part[at] = entry === 0 ? 0 : entry - mean));
      }
      const hostGradient = debiased ? divergenceGradient : entropicGradient;
      const hostProduct = debiased ? divergenceHessianProduct : entropicHessianProduct;
      const expected = hostGradient(masses[0], masses[1], host, EXACT);
      const product = hostProduct(masses[0], masses[1], host, hostDirection(towards), EXACT);

      const first = tf.valueAndGrads((...given: tf.Tensor[]) => value(...given))(inputs);
      expect(await first.value.data()).toBeAllclose([expected.value], { relative: 1e-5, absolute: 2e-7 });
      const alongDirection = (...given: tf.Tensor[]): tf.Tensor =>
        tf
          .grads(value)(given)
          .map((gradient, index) =>
            tf.sum(tf.mul(gradient, tf.tensor(Float32Array.from(towards[index]), gradient.shape))),
          )
          .reduce((sum, part) => tf.add(sum, part));
      const second = tf.grads(alongDirection)(inputs);
      const exact = name !== "sinkhornUnrolled (scaling)" && name !== "sinkhornUnrolled (log)";
      for (const [index, wanted] of flat(expected).entries()) {
        const compared = (values: ArrayLike<number>): number[] => {
          if (index >= 2) return Array.from(values);
          // iterations say nothing about points without mass
          return centred(Array.from(values).filter((_, at) => exact || masses[index][at] > 0));
        };
        expect(relativeNorm(compared(first.grads[index].dataSync()), compared(wanted))).toBeLessThan(1e-4);
        expect(relativeNorm(compared(second[index].dataSync()), compared(flat(product)[index]))).toBeLessThan(2e-3);
      }
    });
  });

  it("a batch of pairs has the gradients of its pairs", () => {
    const rows = [a, float32(randomHistogram(N, 11))];
    const others = [b, float32(randomHistogram(M, 12, 0.2))];
    const weights = [0.7, -0.2];
    const [px, py] = [tf.tensor2d(Float32Array.from(x), [N, D]), tf.tensor2d(Float32Array.from(y), [M, D])];
    const value = (a: tf.Tensor, b: tf.Tensor, x: tf.Tensor, y: tf.Tensor) =>
      sinkhornDivergence(a, b, pointCloud(x as tf.Tensor2D, y as tf.Tensor2D).kernel(EPSILON), run);
    const towards = tf.tensor2d(Float32Array.from(randomNormal(N * D, 50)), [N, D]);
    const along = (f: (x: tf.Tensor) => tf.Tensor) =>
      tf.grad((x: tf.Tensor) => tf.sum(tf.mul(tf.grad(f)(x), towards)))(px);
    const together = (x: tf.Tensor): tf.Tensor =>
      tf.sum(
        tf.mul(
          value(tf.tensor2d(rows.map((row) => [...row])), tf.tensor2d(others.map((row) => [...row])), x, py),
          weights,
        ),
      );
    const apart = (x: tf.Tensor): tf.Tensor =>
      tf.addN(
        weights.map((weight, pair) =>
          tf.mul(value(tf.tensor1d([...rows[pair]]), tf.tensor1d([...others[pair]]), x, py), weight),
        ),
      );
    expect(tf.grad(together)(px).dataSync()).toBeAllclose(tf.grad(apart)(px).dataSync(), { absolute: 1e-6 });
    expect(along(together).dataSync()).toBeAllclose(along(apart).dataSync(), { absolute: 1e-5 });
  });

  it("identical clouds: the divergence and its gradient are zero, not NaN", () => {
    const points = tf.tensor2d(Float32Array.from(x), [N, D]);
    for (const cost of ["squared-euclidean", "euclidean"] as const) {
      const value = (moved: tf.Tensor) =>
        sinkhornDivergence(
          tf.tensor1d([...a]),
          tf.tensor1d([...a]),
          pointCloud(moved as tf.Tensor2D, points, { cost }).kernel(EPSILON),
          { iterations: 200 },
        );
      const { value: divergence, grad } = tf.valueAndGrad(value)(points);
      expect(divergence.dataSync()[0]).toBeCloseTo(0, 6);
      expect(grad.dataSync()).toBeAllclose(new Float32Array(N * D), { absolute: 2e-6 });
    }
  });

  it("third derivatives are refused", () => {
    const inputs = tf.tensor1d([...a]);
    const kernel = clouds.host.kernel(EPSILON);
    const second = (a: tf.Tensor) =>
      tf.sum(
        tf.square(
          tf.grad((a: tf.Tensor) =>
            tf.sum(tf.square(tf.grad((a: tf.Tensor) => entropicCost(a, tf.tensor1d([...b]), kernel))(a))),
          )(a),
        ),
      );
    expect(() => tf.grad(second)(inputs)).toThrow(InputError);
    expect(() => tf.grad(second)(inputs)).toThrow(/no third ones/);
  });

  it("leaves no tensors behind", () => {
    const inputs = [a, b].map((part) => tf.tensor1d([...part]));
    const points = [tf.tensor2d(Float32Array.from(x), [N, D]), tf.tensor2d(Float32Array.from(y), [M, D])];
    const before = tf.memory().numTensors;
    const gradients = tf.grads((x: tf.Tensor, y: tf.Tensor) =>
      sinkhornDivergence(inputs[0], inputs[1], pointCloud(x as tf.Tensor2D, y as tf.Tensor2D).kernel(EPSILON)),
    )(points);
    tf.dispose(gradients);
    expect(tf.memory().numTensors).toBe(before);
    expect(dot(x, x)).toBeGreaterThan(0);
  });
});
