import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { trainingBatchNorm } from "../../../src/tensor/batch-norm.ts";
import { backends } from "../../support/backends.ts";
import { irregular } from "../../support/matmul.ts";
import { usePlainBackend } from "../../support/plain-backend.ts";

interface Problem {
  readonly rows: number;
  readonly columns: number;
  /** Added to all numbers: statistics must not lose digits by it. */
  readonly offset: number;
}

const EPSILON = 1e-3;

/** The numbers as float32 holds them. */
function arraysOf({ rows, columns, offset }: Problem) {
  return {
    x: irregular(rows * columns, 1).map((value) => value + offset),
    gamma: irregular(columns, 2).map((value) => value + 1.5),
    beta: irregular(columns, 3),
    dy: irregular(rows * columns, 4),
  };
}

/** The formulas of batch_norm.h in float64. */
function reference(problem: Problem) {
  const { rows, columns } = problem;
  const { x, gamma, beta, dy } = arraysOf(problem);
  const column = (values: ArrayLike<number>, j: number) =>
    Array.from({ length: rows }, (_, i) => values[i * columns + j]);
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / rows;
  const result = {
    y: new Array<number>(rows * columns),
    mean: new Array<number>(columns),
    variance: new Array<number>(columns),
    dx: new Array<number>(rows * columns),
    dgamma: new Array<number>(columns),
    dbeta: new Array<number>(columns),
  };
  for (let j = 0; j < columns; j++) {
    const [xs, dys] = [column(x, j), column(dy, j)];
    const mean = meanOf(xs);
    const variance = meanOf(xs.map((value) => (value - mean) ** 2));
    const inverse = 1 / Math.sqrt(variance + EPSILON);
    const normalised = xs.map((value) => (value - mean) * inverse);
    const slope = meanOf(dys.map((value, i) => value * normalised[i]));
    Object.assign(result.mean, { [j]: mean });
    result.variance[j] = variance;
    result.dgamma[j] = slope * rows;
    result.dbeta[j] = meanOf(dys) * rows;
    for (let i = 0; i < rows; i++) {
      result.y[i * columns + j] = gamma[j] * normalised[i] + beta[j];
      result.dx[i * columns + j] = gamma[j] * inverse * (dys[i] - meanOf(dys) - normalised[i] * slope);
    }
  }
  return result;
}

async function check(problem: Problem, comparison: { relative: number; absolute: number }): Promise<void> {
  const { rows, columns } = problem;
  const expected = reference(problem);
  const results = tf.tidy(() => {
    const arrays = arraysOf(problem);
    const x = tf.tensor2d(arrays.x, [rows, columns]);
    const gamma = tf.tensor1d(arrays.gamma);
    const beta = tf.tensor1d(arrays.beta);
    const loss = (a: tf.Tensor, scale: tf.Tensor, shift: tf.Tensor) => {
      const result = trainingBatchNorm(a as tf.Tensor2D, scale as tf.Tensor1D, shift as tf.Tensor1D, EPSILON);
      return tf.sum(tf.mul(result.y, tf.tensor2d(arrays.dy, [rows, columns]))) as tf.Scalar;
    };
    const [dx, dgamma, dbeta] = tf.grads(loss)([x, gamma, beta]);
    return { ...trainingBatchNorm(x, gamma, beta, EPSILON), dx, dgamma, dbeta };
  });
  for (const [name, actual] of Object.entries(results)) {
    expect(await actual.data(), name).toBeAllclose(expected[name as keyof typeof expected], comparison);
  }
  tf.dispose(Object.values(results));
}

describe.each(backends)("batch normalisation in training on %s", (backend) => {
  let tensors = 0;
  beforeAll(() => useBackend(backend));
  beforeEach(() => void (tensors = tf.memory().numTensors));
  afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

  it.each([
    { rows: 1, columns: 1, offset: 0 },
    { rows: 2, columns: 3, offset: 0 },
    { rows: 17, columns: 70, offset: 0.5 },
    { rows: 50, columns: 64, offset: 0 },
  ])("equals float64, values, statistics and gradients: %o", (problem) =>
    check(problem, { relative: 1e-4, absolute: 1e-4 }),
  );
});

describe.skipIf(!nativeStatus().addon).each(["wasm", "cpu"] as const)(
  "the native batch normalisation on %s",
  (backend) => {
    beforeAll(() => useBackend(backend));
    afterAll(() => useBackend("wasm"));

    it("equals float64 for random sizes", async () => {
      const size = fc.integer({ min: 1, max: 140 });
      const problem = fc.record({ rows: size, columns: size, offset: fc.constantFrom(0, 3) });
      // of two rows dx is the small difference of numbers up to 2.5 / sqrt(EPSILON)
      await fc.assert(
        fc.asyncProperty(problem, (sizes) => check(sizes, { relative: 1e-5, absolute: 1e-4 })),
        { numRuns: 60 },
      );
    });

    it("keeps the digits of the variance beside a large mean", () => {
      tf.tidy(() => {
        const x = tf.tensor2d([4096, 4097, 4098, 4099], [4, 1]);
        const { variance } = trainingBatchNorm(x, tf.ones([1]), tf.zeros([1]), EPSILON);
        expect(variance.dataSync()[0]).toBe(1.25);
      });
    });

    it("statistics are constants for the tape, as in a running average", () => {
      tf.tidy(() => {
        const x = tf.tensor2d(irregular(12, 1), [4, 3]);
        const gradient = tf.grad((a: tf.Tensor) => {
          const { y, mean } = trainingBatchNorm(a as tf.Tensor2D, tf.ones([3]), tf.zeros([3]), EPSILON);
          return tf.add(tf.sum(y), tf.mul(0, tf.sum(mean))) as tf.Scalar;
        })(x);
        expect(gradient.dataSync()).toBeAllclose(new Array(12).fill(0), { absolute: 1e-6 });
      });
    });

    it("with given statistics equals that of tfjs' own kernel, all ranks", async () => {
      const run = () =>
        tf.tidy(() => {
          const [mean, variance, offset, scale] = [1, 2, 3, 4].map((seed) =>
            tf.tensor1d(irregular(70, seed).map((value) => value + 1.5)),
          );
          const x = tf.tensor4d(irregular(2 * 5 * 6 * 70, 5), [2, 5, 6, 70]);
          const results = [
            tf.batchNorm(x, mean, variance, offset, scale, 0.01),
            tf.batchNorm(x, mean, variance, undefined, scale, 0.01),
            tf.batchNorm(tf.reshape(x, [60, 70]), mean, variance, offset),
            tf.batchNorm(x, tf.ones(x.shape), tf.ones(x.shape)),
          ];
          return results.map((result) => [...result.dataSync()]);
        });
      const native = run();
      await usePlainBackend();
      const plain = run();
      await useBackend(backend);
      expect(native).toBeAllclose(plain, { relative: 1e-5, absolute: 1e-6 });
    });
  },
);
