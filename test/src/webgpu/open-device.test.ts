import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import { DeviceError } from "../../../src/errors.ts";
import { useBackend } from "../../../src/tensor/backend.ts";
import { webgpuBackend } from "../../../src/webgpu/backend.ts";
import type { Kernel } from "../../../src/webgpu/kernel.ts";
import { allocate, asTensor, launch, release } from "../../../src/webgpu/launch.ts";
import { backends } from "../../support/backends.ts";

const BROKEN: Kernel = {
  name: "test broken",
  code: "@compute @workgroup_size(1) fn main() { no_such_function(); }",
  buffers: ["write"],
};

describe.skipIf(!backends.includes("webgpu"))("the device", () => {
  beforeEach(async () => void (await useBackend("webgpu")));

  it("has what its adapter has", async () => {
    const { gpu } = (globalThis as unknown as { navigator: { gpu: GPU } }).navigator;
    const adapter = (await gpu.requestAdapter())!;
    const { features, limits } = webgpuBackend().device;
    for (const name of ["timestamp-query", "subgroups", "bgra8unorm-storage"]) {
      expect(features.has(name)).toBe(adapter.features.has(name));
    }
    for (const name of ["maxBufferSize", "maxStorageBufferBindingSize", "maxStorageBuffersPerShaderStage"] as const) {
      expect(limits[name]).toBe(adapter.limits[name]);
    }
  });

  it("computes small operations too, so that their bits don't depend on where their inputs come from", async () => {
    const sum = tf.add(tf.tensor1d([1, 2]), tf.tensor1d([3, 4]));
    expect(webgpuBackend().tensorMap.get(sum.dataId).resource).toBeDefined();
    expect(await sum.data()).toBeAllclose([4, 6]);
  });

  it("that is lost gives no number, takes no work, and is replaced", async () => {
    const x = tf.square(tf.tensor1d([1, 2, 3]));
    const reading = tf.square(x).data();
    webgpuBackend().device.destroy();
    const lost = /^the GPU device was lost \(.+\)$/;
    await reading.catch((error: unknown) => expect((error as Error).message).toMatch(lost)); // it may have been in time
    await expect(x.data()).rejects.toThrow(lost);
    expect(() => tf.square(x)).toThrow(DeviceError);
    expect(() => tf.square(x)).toThrow(lost);

    await useBackend("webgpu");
    expect(await tf.square(tf.tensor1d([1, 2, 3])).data()).toBeAllclose([1, 4, 9]);
  });

  it("without memory for a tensor gives none of its numbers", async () => {
    const tooLarge = webgpuBackend().device.limits.maxBufferSize / 4 + 64;
    const large = asTensor(allocate([tooLarge]));
    const first = tf.slice(large, [0], [4]).data();
    const second = tf.square(tf.tensor1d([2])).data(); // both of one batch of work
    await expect(first).rejects.toThrow(/^the GPU device (is out of memory|refused work) \(.*[Bb]uffer.*\)$/);
    await expect(second).rejects.toThrow(DeviceError);
    expect(() => tf.square(tf.tensor1d([2]))).toThrow(DeviceError);
  });

  it("that cannot compile a kernel says so where its result is read", async () => {
    const info = allocate([4]);
    launch(BROKEN, { buffers: [info], constants: {}, workgroups: 1 });
    await expect(asTensor(info).data()).rejects.toThrow(/^the GPU device refused work \(.+\)$/);
    release(info);
  });
});
