import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { useBackend } from "../../../src/tensor/backend.ts";
import { dispatchOf, type Kernel } from "../../../src/webgpu/kernel.ts";
import { allocate, asTensor, countLaunches, launch, release, submit } from "../../../src/webgpu/launch.ts";
import { lowerLimits } from "../../../src/webgpu/limits.ts";
import { WORKGROUP_INDEX } from "../../../src/webgpu/wgsl.ts";
import { backends } from "../../support/backends.ts";

const SCALE: Kernel = {
  name: "test scale",
  code: /* wgsl */ `
override COUNT: u32;
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
struct Uniforms { factor: f32 }
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64 * workgroup_index(id, count) + lane;
  if (at < COUNT) { y[at] = uniforms.factor * x[at]; }
}`,
  buffers: ["read", "write"],
  uniforms: true,
};

function scaled(x: tf.TensorInfo, factor: number): tf.TensorInfo {
  const y = allocate(x.shape);
  const count = tf.util.sizeFromShape(x.shape);
  const uniforms = new Float32Array([factor]);
  launch(SCALE, { buffers: [x, y], constants: { COUNT: count }, uniforms, workgroups: Math.ceil(count / 64) });
  return y;
}

describe.skipIf(!backends.includes("webgpu"))("kernels among the operations of tfjs", () => {
  beforeAll(() => useBackend("webgpu"));
  afterEach(() => lowerLimits({}));

  it("run in order with them, and free what they used", async () => {
    const x = tf.range(0, 1000, 1);
    const before = tf.memory() as tf.MemoryInfo & { numBytesInGPU: number };
    for (let repeat = 0; repeat < 3; repeat++) {
      const y = tf.tidy(() => {
        const doubled = scaled(tf.add(x, 1), 2);
        const sixfold = asTensor(scaled(doubled, 3));
        release(doubled);
        return tf.sub(sixfold, 1);
      });
      expect(await y.data()).toBeAllclose(Array.from({ length: 1000 }, (_, i) => 6 * (i + 1) - 1));
      y.dispose();
      submit();
      expect(tf.memory()).toMatchObject({ numTensors: before.numTensors });
    }
    x.dispose();
  });

  it("count their launches, and spread workgroups over dimensions", async () => {
    lowerLimits({ maxComputeWorkgroupsPerDimension: 3 });
    const x = tf.range(0, 64 * 25, 1);
    const { result, launches } = countLaunches(() => asTensor(scaled(x, 2)));
    expect(launches).toBe(1);
    expect(await result.data()).toBeAllclose(Array.from({ length: 64 * 25 }, (_, i) => 2 * i));
    tf.dispose([x, result]);
  });

  it.each([
    [1, [1, 1, 1]],
    [3, [3, 1, 1]],
    [4, [2, 2, 1]],
    [10, [3, 2, 2]],
  ])("%i workgroups of at most 3 a dimension", (count, expected) => {
    lowerLimits({ maxComputeWorkgroupsPerDimension: 3 });
    const [x, y, z] = dispatchOf(count);
    expect([x, y, z]).toEqual(expected);
    expect(x * y * z).toBeGreaterThanOrEqual(count);
  });
});
