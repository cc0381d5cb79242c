import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { useBackend } from "../../../src/tensor/backend.ts";
import { webgpuBackend } from "../../../src/webgpu/backend.ts";
import { measureRates } from "../../../src/webgpu/rates.ts";
import { backends } from "../../support/backends.ts";

describe.skipIf(!backends.includes("webgpu"))("rates of a device", () => {
  it("are those of some computer, and what they take is freed", async () => {
    await useBackend("webgpu");
    const gpu = () => (tf.memory() as tf.MemoryInfo & { numBytesInGPU: number }).numBytesInGPU;
    const [tensors, bytes] = [tf.memory().numTensors, gpu()];
    const { device } = webgpuBackend();
    device.pushErrorScope("validation");
    const rates = await measureRates();
    expect(await device.popErrorScope()).toBeNull();
    // of the right order for anything from a busy processor to a cluster: a slip of units would not be
    expect(rates.secondsPerLaunch).toBeGreaterThan(1e-9);
    expect(rates.secondsPerLaunch).toBeLessThan(1);
    expect(rates.bytesPerSecond).toBeGreaterThan(1e6);
    expect(rates.bytesPerSecond).toBeLessThan(1e14);
    expect(rates.operationsPerSecond).toBeGreaterThan(1e6);
    expect(rates.operationsPerSecond).toBeLessThan(1e16);
    expect(rates.readBackSeconds).toBeGreaterThan(0);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(gpu()).toBe(bytes);
  });
});
