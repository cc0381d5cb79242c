import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import fc from "fast-check";
import { beforeAll, beforeEach, afterEach, describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { expectSameBits, printedBy, type Bits } from "../../support/children.ts";
import { irregular, referenceProduct, shapeOfA, shapeOfB, sizeOf, type ProductShape } from "../../support/matmul.ts";
import { usePlainBackend } from "../../support/plain-backend.ts";

const { addon } = nativeStatus();

/** Rounding of a sum of `inner` products of numbers below 1, in float32. */
const rounding = (inner: number) => ({ absolute: 1e-7 * (2 + inner), relative: 1e-6 });

const transposes = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

/** Operands as tensors, and their product in float64. */
function operands(shape: ProductShape) {
  const a = irregular(sizeOf(shapeOfA(shape)), 1);
  const b = irregular(sizeOf(shapeOfB(shape)), 2);
  return {
    a: tf.tensor(a, shapeOfA(shape), "float32"),
    b: tf.tensor(b, shapeOfB(shape), "float32"),
    expected: referenceProduct(shape, a, b),
  };
}

const plainShape = (rows: number, inner: number, columns: number): ProductShape => ({
  batchA: [],
  batchB: [],
  rows,
  inner,
  columns,
  transposeA: false,
  transposeB: false,
});

function checkProduct(shape: ProductShape): void {
  tf.tidy(() => {
    const { a, b, expected } = operands(shape);
    const product = tf.matMul(a, b, shape.transposeA, shape.transposeB);
    expect(product.shape.slice(-2)).toEqual([shape.rows, shape.columns]);
    expect(product.dataSync()).toBeAllclose(expected, rounding(shape.inner));
  });
}

/** Batch dimensions of two operands that broadcast: dimensions of one may be 1 or missing. */
const batches = fc
  .array(fc.record({ size: fc.integer({ min: 1, max: 3 }), a: fc.boolean(), b: fc.boolean() }), { maxLength: 3 })
  .chain((dimensions) =>
    fc
      .record({ dropA: fc.integer({ min: 0, max: 2 }), dropB: fc.integer({ min: 0, max: 2 }) })
      .map(({ dropA, dropB }) => ({
        batchA: dimensions.map(({ size, a }) => (a ? size : 1)).slice(dropA),
        batchB: dimensions.map(({ size, b }) => (b ? size : 1)).slice(dropB),
      })),
  );

describe.skipIf(!addon).each(["wasm", "cpu"] as const)("native matrix products on %s", (backend) => {
  let tensors = 0;
  beforeAll(() => useBackend(backend));
  beforeEach(() => void (tensors = tf.memory().numTensors));
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  it("equal the float64 reference for random shapes, transposes and broadcast batches", () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.constantFrom(1, 6, 7, 13, 14, 15, 16, 17, 31, 32, 33));
    fc.assert(
      fc.property(
        fc.record({ rows: size, columns: size, inner: size, transposeA: fc.boolean(), transposeB: fc.boolean() }),
        batches,
        (sizes, batch) => checkProduct({ ...sizes, ...batch }),
      ),
      { numRuns: 300 },
    );
  });

  describe.each(transposes)("with transposes %s and %s", (transposeA, transposeB) => {
    it.each([
      ["several blocks of the inner dimension", [65, 1100, 70]],
      ["several blocks of rows", [4100, 5, 19]],
      ["several blocks of columns", [19, 5, 4200]],
      ["blocks in all directions, in parallel", [4050, 360, 40]],
      ["a row vector", [1, 500, 700]],
      ["a column vector", [700, 500, 1]],
    ])("%s", (_, [rows, inner, columns]) => {
      checkProduct({ ...plainShape(rows, inner, columns), transposeA, transposeB });
    });

    it("a large batch, whole products in parallel", () => {
      const sizes = { ...plainShape(20, 90, 30), transposeA, transposeB };
      checkProduct({ ...sizes, batchA: [90], batchB: [90] });
      checkProduct({ ...sizes, batchA: [90], batchB: [1] });
    });

    it("nothing to add up gives zeros, bias and activation included", () => {
      tf.tidy(() => {
        const { a, b } = operands({ ...plainShape(3, 0, 5), transposeA, transposeB });
        const bias = tf.tensor1d([-2, -1, 0, 1, 2]);
        expect(tf.matMul(a, b, transposeA, transposeB).dataSync()).toBeAllclose(new Array(15).fill(0));
        const fused = tf.fused.matMul({ a, b, transposeA, transposeB, bias, activation: "relu" });
        expect(fused.arraySync()).toEqual(new Array(3).fill([0, 0, 0, 1, 2]));
      });
    });
  });

  it("infinite and undefined numbers stay where they are", () => {
    tf.tidy(() => {
      const a = tf.tensor2d([1, NaN, Infinity, 2], [4, 1]);
      expect([...tf.matMul(a, tf.tensor2d([[2]])).dataSync()]).toEqual([2, NaN, Infinity, 4]);
      const relu = tf.fused.matMul({ a, b: tf.tensor2d([[-2]]), activation: "relu" });
      expect([...relu.dataSync()].map(Math.abs)).toEqual([0, NaN, 0, 0]);
    });
  });

  describe("bias and activation", () => {
    const slope = (x: number, factor: number) => (x < 0 ? factor * x : x);
    const activations: Record<string, (x: number, column: number) => number> = {
      linear: (x) => x,
      relu: (x) => Math.max(0, x),
      relu6: (x) => Math.min(6, Math.max(0, x)),
      elu: (x) => (x < 0 ? Math.expm1(x) : x),
      sigmoid: (x) => 1 / (1 + Math.exp(-x)),
      leakyrelu: (x) => slope(x, 0.3),
      prelu: (x, column) => slope(x, (column % 5) / 10),
    };
    const size = fc.integer({ min: 0, max: 36 });

    it.each(Object.keys(activations))("%s", (activation) => {
      fc.assert(
        fc.property(
          size,
          size,
          size,
          fc.boolean(),
          fc.constantFrom(0.1, 1, 12),
          (rows, inner, columns, biased, scale) => {
            tf.tidy(() => {
              const { a, b, expected } = operands(plainShape(rows, inner, columns));
              const bias = irregular(columns, 3);
              const fused = tf.fused.matMul({
                a: tf.mul(a, scale),
                b,
                bias: biased ? tf.tensor1d(bias, "float32") : undefined,
                activation: activation as tf.fused.Activation,
                leakyreluAlpha: 0.3,
                preluActivationWeights:
                  activation === "prelu"
                    ? tf.tensor1d(Array.from({ length: columns }, (_, j) => (j % 5) / 10))
                    : undefined,
              });
              const reference = expected.map((x, i) =>
                activations[activation](x * scale + (biased ? bias[i % columns] : 0), i % columns),
              );
              const { absolute, relative } = rounding(inner);
              expect(fused.dataSync()).toBeAllclose(reference, { absolute: absolute * Math.max(1, scale), relative });
            });
          },
        ),
        { numRuns: 60 },
      );
    });

    it("elu keeps its digits near zero and its limit far below", () => {
      const x = [-1e-30, -1e-6, -1e-3, -0.5, -5, -50, -1e30, -Infinity];
      tf.tidy(() => {
        const a = tf.tensor2d(x, [x.length, 1], "float32");
        const elu = tf.fused.matMul({ a, b: tf.tensor2d([[1]]), activation: "elu" });
        expect(elu.dataSync()).toBeAllclose(x.map(Math.expm1), { absolute: 0, relative: 1e-6 });
      });
    });

    it("a bias of one row is one a column", () => {
      const { a, b } = operands(plainShape(3, 4, 5));
      const row = tf.ones([1, 5]);
      const fused = tf.fused.matMul({ a, b, bias: row });
      const sum = tf.tidy(() => tf.add(tf.matMul(a, b), row));
      expect(fused.dataSync()).toBeAllclose(sum.dataSync(), { absolute: 1e-6 });
      tf.dispose([a, b, row, fused, sum]);
    });

    it.runIf(backend === "wasm")("another bias is refused as tfjs refuses it", () => {
      const { a, b } = operands(plainShape(3, 4, 5));
      const column = tf.ones([3, 1]);
      tf.engine().startScope();
      expect(() => tf.fused.matMul({ a, b, bias: column })).toThrow(/rank-1 bias/);
      tf.engine().endScope();
      tf.dispose([a, b, column]);
    });
  });

  it("operands that do not fit are refused in tfjs' words", () => {
    const [a, b, whole] = [tf.ones([2, 3]), tf.ones([2, 3]), tf.ones([3, 2], "int32")];
    expect(() => tf.matMul(a, b)).toThrow(/inner shapes/);
    if (backend === "wasm") expect(() => tf.matMul(whole, whole, true)).toThrow(/float32/); // cpu multiplies them
    tf.dispose([a, b, whole]);
  });

  it.runIf(backend === "wasm")("follow the heap when it grows", () => {
    const { wasm } = tf.backend() as BackendWasm;
    const heapSize = () => (wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8.length;
    const shape = plainShape(30, 40, 50);
    const { a, b, expected } = operands(shape);
    const before = heapSize();
    const filler: tf.Tensor[] = [];
    while (heapSize() === before) filler.push(tf.zeros([1 << 22]));
    const product = tf.matMul(a, b);
    expect(product.dataSync()).toBeAllclose(expected, rounding(shape.inner));
    tf.dispose([a, b, product, ...filler]);
  });

  it.runIf(backend === "wasm")("grow the heap with their own result", () => {
    const { wasm } = tf.backend() as BackendWasm;
    const heapSize = () => (wasm as unknown as { HEAPU8: Uint8Array }).HEAPU8.length;
    const before = heapSize();
    const a = tf.ones([4000, 1]);
    const b = tf.tensor2d([Array.from({ length: 4000 }, (_, j) => j)]);
    const products: tf.Tensor[] = [];
    while (heapSize() === before) products.push(tf.matMul(a, b));
    const last = tf.tidy(() => tf.slice(products.at(-1)!, [3999, 3997]).dataSync());
    expect([...last]).toEqual([3997, 3998, 3999]);
    tf.dispose(products);
    tf.dispose([a, b]);
  });

  it("are registered once", async () => {
    const before = tf.getKernel(tf.BatchMatMul, backend).kernelFunc;
    await useBackend(backend);
    expect(tf.getKernel(tf.BatchMatMul, backend).kernelFunc).toBe(before);
  });

  describe.each(transposes)("gradients with transposes %s and %s", (transposeA, transposeB) => {
    it("equal those of tfjs' own kernels", async () => {
      const shape: ProductShape = { ...plainShape(9, 21, 33), batchA: [4], batchB: [4], transposeA, transposeB };
      const gradients = async () =>
        tf.tidy(() => {
          const { a, b } = operands(shape);
          const loss = (left: tf.Tensor, right: tf.Tensor) =>
            tf.sum(tf.square(tf.matMul(left, right, transposeA, transposeB))) as tf.Scalar;
          return tf
            .grads(loss)([a, b])
            .map((gradient) => [...gradient.dataSync()]);
        });
      const native = await gradients();
      await usePlainBackend();
      const plain = await gradients();
      await useBackend(backend);
      expect(native).toBeAllclose(plain, { absolute: 1e-4, relative: 1e-5 });
    });
  });
});

describe.skipIf(!addon)("what is built on native matrix products", () => {
  beforeAll(() => useBackend("wasm"));

  it("a dense model trains as with tfjs' own kernels", async () => {
    const trained = async (use: () => Promise<unknown>) => {
      await use();
      const model = tfl.sequential({
        layers: [
          tfl.layers.dense({ inputShape: [30], units: 40, activation: "relu" }),
          tfl.layers.dense({ units: 20, activation: "elu" }),
          tfl.layers.dense({ units: 3, activation: "sigmoid" }),
        ],
      });
      const start = model.getWeights().map(({ shape }, i) => tf.tensor(irregular(sizeOf(shape), i), shape));
      model.setWeights(start);
      const optimizer = tf.train.momentum(0.1, 0.9);
      model.compile({ optimizer, loss: "meanSquaredError" });
      const x = tf.tensor2d(irregular(50 * 30, 7), [50, 30]);
      const y = tf.tensor2d(irregular(50 * 3, 8), [50, 3]);
      for (let step = 0; step < 3; step++) await model.trainOnBatch(x, y);
      const prediction = model.predict(x) as tf.Tensor;
      const result = [prediction, ...model.getWeights()].map((tensor) => [...tensor.dataSync()]);
      tf.dispose([...start, x, y, prediction]);
      model.dispose();
      optimizer.dispose();
      return result;
    };
    const [native, plain] = [await trained(() => useBackend("wasm")), await trained(usePlainBackend)];
    await useBackend("wasm");
    expect(native).toBeAllclose(plain, { absolute: 1e-5, relative: 1e-5 });
  });

  describe("in other processes", () => {
    const child = (environment: Record<string, string>) => printedBy<Bits>("matmul-bits", environment);

    it("1, 2 and 8 threads give the same bits", () => expectSameBits("matmul-bits"));

    it("plain code and no native code give the same numbers", async () => {
      const { sample } = await child({});
      const plain = await child({ OTLEARN_ISA: "plain" });
      const without = await child({ OTLEARN_NATIVE: "0" });
      expect(plain.description!.instructionSet).toBe("plain");
      expect(without.description).toBeNull();
      expect(plain.sample).toBeAllclose(sample, { absolute: 1e-5 });
      expect(without.sample).toBeAllclose(sample, { absolute: 1e-5 });
    });
  });
});
