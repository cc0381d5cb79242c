import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { RunError } from "../../../src/errors.ts";
import { useBackend } from "../../../src/tensor/backend.ts";

const GIGABYTE = 2 ** 30;

it("the wasm backend says that its memory is full, and goes on when there is room again", async () => {
  await useBackend("wasm");
  await useBackend("wasm"); // once more: guarded once
  const backend = tf.backend() as BackendWasm;
  const outputs: tf.TensorInfo[] = []; // never written, so the machine has nothing to hold
  const fill = () => {
    for (let block = 0; block < 6; block++) outputs.push(backend.makeOutput([GIGABYTE / 4], "float32"));
  };
  expect(fill).toThrow(RunError);
  expect(fill).toThrow(/wasm backend: no room for 1073741824 more bytes within its 4 GB/);
  const beyond = tf.engine().makeTensorFromTensorInfo(outputs[2]); // the third gigabyte
  const part = tf.tidy(() => tf.add(tf.slice(beyond, 0, 3), tf.tensor1d([1, 2, 3])).dataSync());
  expect(part).toEqual(Float32Array.of(1, 2, 3)); // fresh pages are zeros
  for (const { dataId } of outputs) backend.disposeData(dataId);
  expect(tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1).dataSync())).toEqual(Float32Array.of(2, 3));
});
