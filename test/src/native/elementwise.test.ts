import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { broadcastPairs, broadcastShapes } from "../../support/broadcast.ts";
import { irregular, sizeOf } from "../../support/matmul.ts";
import { usePlainBackend } from "../../support/plain-backend.ts";

/** Half the distance between the least float32 numbers. */
const SUBNORMAL_ROUNDING = 2 ** -150;

/** Where functions break: ends of ranges, of the normal numbers, signs of zero. */
const SPECIAL = [
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  1e-8,
  -1e-8,
  1e-3,
  -1e-3,
  17,
  -17,
  -25,
  87.4,
  88.72,
  88.73,
  89.5,
  300,
  -87.2,
  -87.4,
  -95,
  -103.2,
  -103.9,
  -104.1,
  -300,
  3e38,
  -3e38,
  1.2e-38,
  -1.2e-38,
  1e-40,
  -1e-40,
  1.4e-45,
  Infinity,
  -Infinity,
  NaN,
];

/** Function in float64, and its allowed relative deviation in units of float32 rounding; 0.5: correctly rounded. */
const UNARY: Record<string, { op: (x: tf.Tensor) => tf.Tensor; of: (x: number) => number; ulps: number }> = {
  exp: { op: tf.exp, of: Math.exp, ulps: 2 },
  expm1: { op: tf.expm1, of: Math.expm1, ulps: 4 },
  log: { op: tf.log, of: Math.log, ulps: 2 },
  sqrt: { op: tf.sqrt, of: Math.sqrt, ulps: 0.5 },
  rsqrt: { op: tf.rsqrt, of: (x) => 1 / Math.sqrt(x), ulps: 1.5 },
  square: { op: tf.square, of: (x) => x * x, ulps: 0.5 },
  reciprocal: { op: tf.reciprocal, of: (x) => 1 / x, ulps: 0.5 },
  neg: { op: tf.neg, of: (x) => -x, ulps: 0.5 },
  abs: { op: tf.abs, of: Math.abs, ulps: 0.5 },
  relu: { op: tf.relu, of: (x) => Math.max(0, x), ulps: 0.5 },
  elu: { op: tf.elu, of: (x) => (x < 0 ? Math.expm1(x) : x), ulps: 4 },
  sigmoid: { op: tf.sigmoid, of: (x) => 1 / (1 + Math.exp(-x)), ulps: 3 },
};

type BinaryOp = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

/** Each result is correctly rounded but that of two operations. */
const BINARY: Record<string, { op: BinaryOp; of: (a: number, b: number) => number; ulps?: number }> = {
  add: { op: tf.add, of: (a, b) => a + b },
  sub: { op: tf.sub, of: (a, b) => a - b },
  multiply: { op: tf.mul, of: (a, b) => a * b },
  divide: { op: tf.div, of: (a, b) => a / b },
  maximum: { op: tf.maximum, of: Math.max },
  minimum: { op: tf.minimum, of: Math.min },
  "squared difference": { op: tf.squaredDifference, of: (a, b) => (a - b) ** 2, ulps: 3 },
};

const COMPARISON: Record<string, { op: BinaryOp; of: (a: number, b: number) => boolean }> = {
  equal: { op: tf.equal, of: (a, b) => a === b },
  "not equal": { op: tf.notEqual, of: (a, b) => a !== b },
  less: { op: tf.less, of: (a, b) => a < b },
  "less or equal": { op: tf.lessEqual, of: (a, b) => a <= b },
  greater: { op: tf.greater, of: (a, b) => a > b },
  "greater or equal": { op: tf.greaterEqual, of: (a, b) => a >= b },
};

/** NaN equals NaN; numbers beyond the range of float32 are infinite. */
function expectRounded(actual: ArrayLike<number>, expected: readonly number[], ulps: number): void {
  expect(actual.length).toBe(expected.length);
  const wrong = expected.flatMap((value, i) => {
    const rounded = Math.fround(value);
    if (Object.is(rounded + 0, actual[i] + 0)) return [];
    const allowed = ulps * 2 ** -23 * Math.abs(value) + SUBNORMAL_ROUNDING;
    return Math.abs(actual[i] - value) <= allowed ? [] : [{ i, actual: actual[i], expected: rounded }];
  });
  expect(wrong).toEqual([]);
}

const anyNumbers = (length: number) =>
  fc.array(fc.oneof(fc.constantFrom(...SPECIAL), fc.float(), fc.float({ min: -30, max: 30, noNaN: true })), {
    minLength: length,
    maxLength: length,
  });

describe.skipIf(!nativeStatus().addon).each(["wasm", "cpu"] as const)(
  "native element-wise kernels on %s",
  (backend) => {
    let tensors = 0;
    beforeAll(() => useBackend(backend));
    beforeEach(() => void (tensors = tf.memory().numTensors));
    afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

    describe.each(Object.keys(UNARY))("%s", (name) => {
      const { op, of, ulps } = UNARY[name];
      const check = (numbers: readonly number[]) =>
        tf.tidy(() => {
          const x = tf.tensor1d(numbers as number[], "float32");
          const given = [...x.dataSync()];
          expectRounded(op(x).dataSync(), given.map(of), ulps);
        });

      it("equals float64, also at the ends of the ranges", () => check(SPECIAL));

      it("equals float64 for all numbers and lengths", () => {
        fc.assert(fc.property(fc.integer({ min: 0, max: 70 }).chain(anyNumbers), check));
      });

      it("equals float64 on many numbers in parallel", () => {
        check([...irregular(200_003, 5)].map((x) => x * 20));
      });
    });

    describe.each(Object.keys({ ...BINARY, ...COMPARISON }))("%s", (name) => {
      const { op, of, ulps = 0.5 } = { ...BINARY, ...COMPARISON }[name] as (typeof BINARY)[string];
      const check = (shapes: { a: number[]; b: number[] }, left: readonly number[], right: readonly number[]) =>
        tf.tidy(() => {
          const a = tf.tensor(left, shapes.a, "float32");
          const b = tf.tensor(right, shapes.b, "float32");
          const [from, to] = [a.dataSync(), b.dataSync()];
          const result = op(a, b);
          expect(result.shape).toEqual(tf.broadcast_util.assertAndGetBroadcastShape(shapes.a, shapes.b));
          const expected = broadcastPairs(shapes.a, shapes.b).map(([i, j]) => of(from[i], to[j]));
          expectRounded(result.dataSync(), expected.map(Number), ulps);
        });

      it("equals float64 for all pairs of special numbers", () => {
        check({ a: [SPECIAL.length, 1], b: [1, SPECIAL.length] }, SPECIAL, SPECIAL);
      });

      it("equals float64 for random shapes with broadcasting", () => {
        const problems = broadcastShapes.chain((shapes) =>
          fc.tuple(fc.constant(shapes), anyNumbers(sizeOf(shapes.a)), anyNumbers(sizeOf(shapes.b))),
        );
        fc.assert(fc.property(problems, (problem) => check(...problem)));
      });

      it.each([
        { a: [300, 400], b: [300, 400] },
        { a: [300, 400], b: [400] },
        { a: [300, 1], b: [300, 400] },
        { a: [30, 1, 40], b: [100, 1] },
        { a: [], b: [120_001] },
      ])("equals float64 on many numbers in parallel, $a and $b", (shapes) => {
        check(shapes, [...irregular(sizeOf(shapes.a), 1)], [...irregular(sizeOf(shapes.b), 2)]);
      });
    });

    it("the gradients of exp, log, elu, sigmoid, division and maximum equal those of tfjs' own kernels", async () => {
      const gradients = () =>
        tf.tidy(() => {
          const x = tf.tensor2d(irregular(60 * 70, 3), [60, 70]);
          const y = tf.tensor1d(irregular(70, 4));
          const loss = (a: tf.Tensor, b: tf.Tensor) => {
            const parts = [tf.exp(a), tf.log(tf.add(tf.abs(b), 1)), tf.elu(tf.sub(a, b)), tf.sigmoid(tf.mul(a, b))];
            const sum = parts.reduce((total, part) => tf.add(total, part));
            return tf.sum(tf.add(sum, tf.div(tf.maximum(a, tf.neg(a)), tf.add(tf.square(b), 1)))) as tf.Scalar;
          };
          return tf
            .grads(loss)([x, y])
            .map((gradient) => [...gradient.dataSync()]);
        });
      const native = gradients();
      await usePlainBackend();
      const plain = gradients();
      await useBackend(backend);
      expect(native).toBeAllclose(plain, { absolute: 1e-5, relative: 1e-5 });
    });

    it("integers are left to tfjs", () => {
      tf.tidy(() => {
        const sum = tf.add(tf.tensor1d([1, 2], "int32"), tf.tensor1d([3, 4], "int32"));
        expect(sum.dtype).toBe("int32");
        expect([...sum.dataSync()]).toEqual([4, 6]);
        expect([...tf.square(tf.tensor1d([3], "int32")).dataSync()]).toEqual([9]);
      });
    });

    it.runIf(backend === "wasm")("grow the heap with their own result", () => {
      const heapSize = () => (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
      const x = tf.fill([1 << 22], 3);
      const before = heapSize();
      const results: tf.Tensor[] = [];
      while (heapSize() === before) results.push(tf.square(x));
      const last = tf.tidy(() => tf.slice(results.at(-1)!, [(1 << 22) - 1]).dataSync());
      expect(last[0]).toBe(9);
      tf.dispose([x, ...results]);
    });
  },
);
