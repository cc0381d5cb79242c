import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { nativeStatus } from "../../../src/native/loader.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { irregular, sizeOf } from "../../support/matmul.ts";
import { usePlainBackend } from "../../support/plain-backend.ts";

const tiles = fc.array(
  fc.record({ size: fc.integer({ min: 0, max: 5 }), repetitions: fc.integer({ min: 0, max: 4 }) }),
  { minLength: 1, maxLength: 4 },
);

describe.skipIf(!nativeStatus().addon)("kernels that hand numbers on", () => {
  let memory: tf.MemoryInfo;
  beforeAll(() => useBackend("wasm"));
  beforeEach(() => void (memory = tf.memory()));
  afterEach(() => {
    const { numTensors, numDataBuffers, numBytes } = tf.memory();
    expect({ numTensors, numDataBuffers, numBytes }).toEqual({
      numTensors: memory.numTensors,
      numDataBuffers: memory.numDataBuffers,
      numBytes: memory.numBytes,
    });
  });

  it("a clone outlives what it was made of", () => {
    const x = tf.tensor1d([1, 2, 3]);
    const clone = tf.clone(x);
    x.dispose();
    const others = [tf.zeros([3]), tf.zeros([3])];
    expect([...clone.dataSync()]).toEqual([1, 2, 3]);
    tf.dispose([clone, ...others]);
  });

  it("a variable that is assigned leaves its clones as they were", () => {
    const variable = tf.tidy(() => tf.variable(tf.tensor1d([1, 2])));
    const before = tf.clone(variable);
    tf.tidy(() => variable.assign(tf.mul(variable, 10)));
    expect([...before.dataSync()]).toEqual([1, 2]);
    expect([...variable.dataSync()]).toEqual([10, 20]);
    tf.dispose([variable, before]);
    tf.engine().disposeVariables();
  });

  it("casts", () => {
    tf.tidy(() => {
      const x = tf.tensor1d([0.5, -1.5, 2]);
      expect([...tf.cast(x, "float32").dataSync()]).toEqual([0.5, -1.5, 2]);
      expect([...tf.cast(x, "int32").dataSync()]).toEqual([0, -1, 2]);
      expect([...tf.cast(tf.greater(x, 0), "float32").dataSync()]).toEqual([1, 0, 1]);
    });
  });

  it("tiles as the cpu backend does, every dtype", async () => {
    const samples = fc.sample(tiles, 200);
    const run = () =>
      samples.map((dimensions) =>
        tf.tidy(() => {
          const shape = dimensions.map(({ size }) => size);
          const values = [...irregular(sizeOf(shape), 2)].map((x) => Math.round(10 * x));
          return (["float32", "int32", "bool"] as const).map((dtype) => {
            const numbers = dtype === "bool" ? values.map((value) => value > 0) : values;
            const tiled = tf.tile(
              tf.tensor(numbers as number[], shape, dtype),
              dimensions.map((d) => d.repetitions),
            );
            return { shape: tiled.shape, values: [...tiled.dataSync()].map(Number) };
          });
        }),
      );
    const native = run();
    await usePlainBackend();
    const plain = run();
    await useBackend("wasm");
    expect(native).toEqual(plain);
  });
});
