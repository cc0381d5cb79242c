import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { runOnTensors } from "../../../src/native/tensor-memory.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { isOnHost } from "../../../src/tensor/placement.ts";
import { backends } from "../../support/backends.ts";

const asTensor = (info: tf.TensorInfo) => tf.engine().makeTensorFromTensorInfo(info);

describe.each(backends.filter((name) => isOnHost(name)))("tensors of %s as arrays", (backend) => {
  beforeAll(async () => void (await useBackend(backend)));

  it("are read, written and owned by the caller", () => {
    const before = tf.memory().numTensors;
    const x = tf.tensor1d([1, 2, 3]);
    const computed = tf.mul(x, 2); // by the backend itself
    const { outputs, result } = runOnTensors([x, undefined, computed], [[3], [2, 1]], ([x, none, y], [sum, rest]) => {
      expect(none).toBeUndefined();
      sum.set(x.map((value, k) => value + y[k]));
      rest.set([7, 8]);
      return "done";
    });
    const [sum, rest] = outputs.map(asTensor);
    expect(result).toBe("done");
    expect([sum.shape, rest.shape]).toEqual([[3], [2, 1]]);
    const next = tf.add(sum, 1);
    expect([...next.dataSync(), ...rest.dataSync()]).toEqual([4, 7, 10, 7, 8]);
    tf.dispose([x, computed, sum, rest, next]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("that are integers or booleans are converted", () => {
    tf.tidy(() => {
      const inputs = [tf.tensor1d([1, -2], "int32"), tf.tensor1d([true, false], "bool")] as const;
      const { result } = runOnTensors(inputs, [], ([a, b]) => [a, b]);
      expect(result).toEqual([Float32Array.of(1, -2), Float32Array.of(1, 0)]);
    });
  });

  it("hold booleans as bytes", () => {
    tf.tidy(() => {
      const { outputs } = runOnTensors([], [[3]], (_, [out]) => out.set([1, 0, 1]), "bool");
      const mask = asTensor(outputs[0]);
      expect(mask.dtype).toBe("bool");
      expect([...tf.where(mask, tf.ones([3]), tf.zeros([3])).dataSync()]).toEqual([1, 0, 1]);
    });
  });

  it.runIf(backend !== "cpu")("come over from another backend", async () => {
    await useBackend("cpu");
    const x = tf.tensor1d([1, 2]);
    await useBackend(backend);
    expect([...runOnTensors([x], [], ([x]) => [...x]).result]).toEqual([1, 2]);
    x.dispose();
  });

  it("leave nothing behind when the computation throws", () => {
    const before = tf.backend().numDataIds();
    const x = tf.tensor1d([1]);
    expect(() =>
      runOnTensors([x], [[1000]], () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    x.dispose();
    expect(tf.backend().numDataIds()).toBe(before);
  });
});
