import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { irregular, sizeOf } from "../../support/matmul.ts";
import { usePlainBackend } from "../../support/plain-backend.ts";

type Reduction = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

const REDUCTIONS: Record<string, { op: Reduction; of: (numbers: number[]) => number }> = {
  sum: { op: tf.sum, of: (numbers) => numbers.reduce((total, x) => total + x, 0) },
  mean: { op: tf.mean, of: (numbers) => numbers.reduce((total, x) => total + x, 0) / numbers.length },
  max: { op: tf.max, of: (numbers) => numbers.reduce((most, x) => Math.max(most, x), -Infinity) },
  min: { op: tf.min, of: (numbers) => numbers.reduce((least, x) => Math.min(least, x), Infinity) },
};

/** The numbers that each result is made of, in the order of the results. */
function groupsOf(values: ArrayLike<number>, shape: readonly number[], axes: readonly number[]): number[][] {
  const groups = new Map<string, number[]>();
  for (let element = 0; element < values.length; element++) {
    const index: number[] = [];
    let rest = element;
    for (let d = shape.length - 1; d >= 0; d--) {
      index.unshift(rest % shape[d]);
      rest = Math.floor(rest / shape[d]);
    }
    const key = index.filter((_, d) => !axes.includes(d)).join();
    groups.set(key, [...(groups.get(key) ?? []), values[element]]);
  }
  return [...groups.values()];
}

const problems = fc
  .array(fc.record({ size: fc.integer({ min: 1, max: 7 }), reduced: fc.boolean() }), { minLength: 1, maxLength: 5 })
  .map((dimensions) => ({
    shape: dimensions.map(({ size }) => size),
    axes: dimensions.flatMap(({ reduced }, d) => (reduced ? [d] : [])),
  }));

describe.skipIf(!nativeStatus().addon).each(["wasm", "cpu"] as const)("native reductions on %s", (backend) => {
  let tensors = 0;
  beforeAll(() => useBackend(backend));
  beforeEach(() => void (tensors = tf.memory().numTensors));
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  describe.each(Object.keys(REDUCTIONS))("%s", (name) => {
    const { op, of } = REDUCTIONS[name];

    it("equals float64 over all axes of random shapes", () => {
      fc.assert(
        fc.property(problems, fc.boolean(), ({ shape, axes }, keepDims) => {
          tf.tidy(() => {
            const values = irregular(sizeOf(shape), 9);
            const result = op(tf.tensor(values, shape, "float32"), axes, keepDims);
            const kept = shape.flatMap((size, d) => (axes.includes(d) ? (keepDims ? [1] : []) : [size]));
            expect(result.shape).toEqual(kept);
            const groups = groupsOf(values, shape, axes);
            // axes with others between them go to tfjs, which sums in float32: its error grows with the sum of magnitudes
            const largest = Math.max(...groups.map((numbers) => Math.abs(of(numbers.map(Math.abs)))));
            expect(result.dataSync()).toBeAllclose(groups.map(of), {
              relative: 1e-6,
              absolute: 1e-6 * Math.max(1, largest),
            });
          });
        }),
        { numRuns: 300 },
      );
    });

    it.each([
      [[300_001], [0]],
      [[500, 777], [0]],
      [[500, 777], [1]],
      [[40, 90, 50], [1]],
      [[2, 40_000, 3], [1]],
      [[1, 70_000], [0]],
    ])("equals float64 in parallel, %o over %o", (shape, axes) => {
      tf.tidy(() => {
        const values = irregular(sizeOf(shape), 9);
        const [length] = axes.map((axis) => shape[axis]);
        const inner = sizeOf(shape.slice(axes[0] + 1));
        const expected = Array.from({ length: sizeOf(shape) / length }, (_, result) => {
          const start = Math.floor(result / inner) * length * inner + (result % inner);
          return of(Array.from({ length }, (_, k) => values[start + k * inner]));
        });
        const actual = op(tf.tensor(values, shape, "float32"), axes).dataSync();
        expect(actual).toBeAllclose(expected, { relative: 2e-7, absolute: 1e-7 });
      });
    });

    it.each([
      [[NaN, 1, 2]],
      [[1, NaN, 2]],
      [[1, 2, NaN]],
      [[Infinity, 1, 3]],
      [[-Infinity, 1, 3]],
      [[Infinity, -Infinity, 0]],
    ])("of %o along rows and columns", (numbers) => {
      tf.tidy(() => {
        const rows = tf.tile(tf.tensor2d([numbers]), [40, 20]);
        const [alongRows, alongColumns] = [op(rows, 1), op(tf.transpose(rows), 0)].map((r) => [...r.dataSync()]);
        const expected = of(numbers);
        expect(alongRows).toEqual(new Array(40).fill(Math.abs(expected) < Infinity ? alongRows[0] : expected));
        expect(alongColumns).toEqual(alongRows);
      });
    });
  });

  it("sums do not lose small numbers behind large ones", () => {
    tf.tidy(() => {
      const values = new Float32Array(100_001).fill(1e-4);
      values[0] = 1e4;
      expect(tf.sum(tf.tensor1d(values)).dataSync()[0]).toBe(Math.fround(1e4 + 10));
    });
  });

  it("gradients of reductions equal those of tfjs' own kernels", async () => {
    const gradient = () =>
      tf.tidy(() => {
        const x = tf.tensor3d(irregular(4 * 50 * 60, 3), [4, 50, 60]);
        const loss = (a: tf.Tensor) =>
          tf.add(
            tf.sum(tf.mul(tf.mean(a, 1, true), tf.sum(a, [0, 1]))),
            tf.sum(tf.mul(tf.max(a, 2), tf.min(a, 2))),
          ) as tf.Scalar;
        return [...tf.grad(loss)(x).dataSync()];
      });
    const native = gradient();
    await usePlainBackend();
    const plain = gradient();
    await useBackend(backend);
    expect(native).toBeAllclose(plain, { absolute: 1e-5, relative: 1e-5 });
  });

  it("nothing to reduce, and integers, are left to tfjs", () => {
    tf.tidy(() => {
      expect(tf.sum(tf.zeros([0, 3]), 1).shape).toEqual([0]);
      expect([...tf.sum(tf.tensor2d([[1, 2]], [1, 2], "int32"), 1).dataSync()]).toEqual([3]);
    });
  });
});
