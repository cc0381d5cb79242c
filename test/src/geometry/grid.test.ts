import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../src/errors.ts";
import { denseGeometry } from "../../../src/geometry/dense.ts";
import { grid, unitGrid } from "../../../src/geometry/grid.ts";
import { LOG_ZERO } from "../../../src/geometry/log-sum.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { backends } from "../../support/backends.ts";
import { dot, randomMasses, randomNormal } from "../../support/problems.ts";

const SIZES = [[40], [1], [7, 5], [1, 9], [12, 1], [5, 6, 7]];
const OPERATORS = ["apply", "applyTranspose", "logApply", "logApplyTranspose", "logApplyCost"] as const;
const HOST_OPERATORS = [...OPERATORS, "applyCost"] as const;

/** Input of an operator: masses with exact zeros, or their logarithms. */
function inputOf(operator: (typeof HOST_OPERATORS)[number], count: number): Float64Array {
  const masses = randomMasses(count, 3, count > 1 ? 0.3 : 0);
  return operator.startsWith("log") ? masses.map((mass) => 40 * Math.log(mass)) : masses;
}

describe.each(SIZES.map((size) => ({ size })))("grid of size $size", ({ size }) => {
  const spacing = size.map((_, axis) => 0.8 + 0.3 * axis);
  const geometry = grid({ size, spacing });
  const dense = denseGeometry(geometry.costMatrix());
  const count = geometry.shape[0];

  it.each(HOST_OPERATORS)("%s equals the dense one", (operator) => {
    const x = inputOf(operator, count);
    for (const epsilon of [0.02, 1.5, 30]) {
      const expected = dense.hostKernel(epsilon)[operator](x, new Float64Array(count));
      const actual = geometry.hostKernel(epsilon)[operator](x, new Float64Array(count));
      expect(actual).toBeAllclose(expected, { relative: 1e-13, absolute: operator.startsWith("log") ? 1e-12 : 1e-200 });
    }
  });

  it("exposes points from which its cost follows", () => {
    const { x } = geometry.coordinates;
    const dimension = size.length;
    const cost = geometry.costMatrix().data;
    for (let i = 0; i < count; i += 3) {
      for (let j = 0; j < count; j += 7) {
        let squared = 0;
        for (let axis = 0; axis < dimension; axis++) {
          squared += (x.data[i * dimension + axis] - x.data[j * dimension + axis]) ** 2;
        }
        expect(cost[i * count + j]).toBeCloseTo(squared, 10);
      }
    }
    expect(geometry.maxCost).toBeCloseTo(Math.max(...cost), 10);
  });
});

describe("banded host kernel", () => {
  it.each(["float64", "float32"] as const)("%s cuts off only what that precision cannot hold", (precision) => {
    const geometry = grid({ size: [30, 25], spacing: 2 });
    const x = randomMasses(750, 5, 0.2);
    const range = precision === "float64" ? 708 : 87;
    for (const epsilon of [1, 4, 12]) {
      const unbanded = denseGeometry(geometry.costMatrix()).hostKernel(epsilon).apply(x, new Float64Array(750));
      const banded = geometry.hostKernel(epsilon, { precision }).apply(x, new Float64Array(750));
      expect(banded).toBeAllclose(unbanded, { relative: 1e-13, absolute: 750 * Math.exp(-range) });
    }
  });

  it("reaches further with float64 than with float32", () => {
    const geometry = grid({ size: [40] });
    const unit = new Float64Array(40);
    unit[0] = 1;
    const reach = (precision: "float64" | "float32"): number =>
      geometry
        .hostKernel(1, { precision })
        .apply(unit, new Float64Array(40))
        .findLastIndex((value) => value > 0);
    expect(reach("float32")).toBe(9); // 9^2 < 87 < 10^2
    expect(reach("float64")).toBe(26); // 26^2 < 708 < 27^2
  });

  it("gives -Infinity, not NaN, where all mass is absent", () => {
    const kernel = grid({ size: [3, 4] }).hostKernel(0.5);
    const absent = new Float64Array(12).fill(-Infinity);
    for (const operator of ["logApply", "logApplyCost"] as const) {
      expect(Array.from(kernel[operator](absent, new Float64Array(12)))).toEqual(Array(12).fill(-Infinity));
    }
  });

  it("does not lose small values in the log domain, however small epsilon is", () => {
    const kernel = grid({ size: [3] }).hostKernel(1e-4);
    const onlyFirst = Float64Array.of(2, -Infinity, -Infinity);
    expect(kernel.logApply(onlyFirst, new Float64Array(3))).toBeAllclose([2, 2 - 1e4, 2 - 4e4]);
  });
});

it("unit grid runs from 0 to 1 along each axis", () => {
  expect(unitGrid([3, 2]).coordinates.x.data).toBeAllclose([0, 0, 0, 1, 0.5, 0, 0.5, 1, 1, 0, 1, 1]);
  expect(unitGrid([28, 28]).maxCost).toBeCloseTo(2, 12);
});

it.each([
  [{ size: [] }, /one to three/],
  [{ size: [2, 2, 2, 2] }, /one to three/],
  [{ size: [2.5] }, /2\.5/],
  [{ size: [4], spacing: 0 }, /spacing/],
  [{ size: [4], spacing: 1e155 }, /spacing 1e\+155 leave the range of float64/],
  [{ size: [4], spacing: 1e-170 }, /spacing 1e-170 leave the range of float64/],
  [{ size: [4, 4], spacing: [1, 1, 1] }, /or 2 of them/],
])("rejects %j", (options, message) => {
  expect(() => grid(options)).toThrow(InputError);
  expect(() => grid(options)).toThrow(message);
});

it.each([0, -1, NaN, Infinity])("rejects epsilon %d", (epsilon) => {
  const geometry = grid({ size: [4] });
  expect(() => geometry.hostKernel(epsilon)).toThrow(InputError);
  expect(() => geometry.kernel(epsilon)).toThrow(InputError);
});

describe.each(backends)("grid on %s", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));
  const size = [5, 6, 7];
  const geometry = grid({ size, spacing: [1, 0.9, 1.1] });
  const count = geometry.shape[0];

  it.each(OPERATORS)("%s equals the host kernel, batched", async (operator) => {
    const epsilon = 2;
    const inLog = operator.startsWith("log");
    const rows = [1, 2, 3, 4].map((seed) => {
      const masses = randomMasses(count, seed, 0.3);
      return inLog ? masses.map((mass) => 8 * Math.log(mass)) : masses;
    });
    const host = geometry.hostKernel(epsilon);
    const expected = rows.map((row) => host[operator](row, new Float64Array(count)));
    const kernel = geometry.kernel(epsilon);
    const stored = rows.flatMap((row) => Array.from(row, (value) => (value === -Infinity ? LOG_ZERO : value)));
    const output = tf.tidy(() => kernel[operator](tf.tensor(stored, [2, 2, count])));
    expect(output.shape).toEqual([2, 2, count]);
    const tolerance = inLog ? { relative: 1e-5, absolute: 2e-5 } : { relative: 2e-5, absolute: 1e-20 };
    expect(await output.data()).toBeAllclose(expected, tolerance);
    tf.dispose(output);
    kernel.dispose();
  });

  it("is differentiable: directional derivatives equal those of the host kernel", async () => {
    const epsilon = 2;
    const x = randomMasses(count, 1).map((mass) => Math.log(mass));
    const direction = randomNormal(count, 2);
    const cotangent = randomNormal(count, 3);
    const host = geometry.hostKernel(epsilon);
    const kernel = geometry.kernel(epsilon);
    const step = 1e-6;
    for (const operator of ["apply", "logApply", "logApplyCost"] as const) {
      const at = (sign: number): Float64Array =>
        host[operator](
          x.map((value, index) => value + sign * step * direction[index]),
          new Float64Array(count),
        );
      const expected = (dot(cotangent, at(1)) - dot(cotangent, at(-1))) / (2 * step);
      const gradient = tf.tidy(() =>
        tf.grad((input) => tf.sum(tf.mul(kernel[operator](input), tf.tensor1d(Float32Array.from(cotangent)))))(
          tf.tensor1d(Float32Array.from(x)),
        ),
      );
      expect([dot(await gradient.data(), direction)]).toBeAllclose([expected], { relative: 1e-4, absolute: 1e-4 });
      tf.dispose(gradient);
    }
    kernel.dispose();
  });

  it("leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    const kernel = geometry.kernel(1);
    tf.dispose(OPERATORS.map((operator) => kernel[operator](tf.ones([2, count]))).concat());
    kernel.dispose();
    expect(tf.memory().numTensors - before).toBe(OPERATORS.length); // the inputs
  });
});
