// K x and log K exp(x) of a batch on a grid, a launch an axis: 8 bytes a point and launch, and what a band reads twice.
import * as tf from "@tensorflow/tfjs-core";
import { axisWords, passLayout, type PassAxis } from "./axis-pass.ts";
import { LOG_AXIS_PASS } from "./axis-pass/logarithms.ts";
import { AXIS_PASS } from "./axis-pass/numbers.ts";
import type { Kernel } from "./kernel.ts";
import { allocate, asTensor, launch, release } from "./launch.ts";
import { rowParts } from "./parts.ts";
import { WORKGROUP_INDEX } from "./wgsl.ts";

/** What K is applied to: numbers, or natural logarithms of such, LOG_ZERO where there is nothing. */
export type GridDomain = "numbers" | "logarithms";

const passKernel = (name: string, pass: string, output: string): Kernel => ({
  name,
  code: /* wgsl */ `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> taps: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
struct Uniforms {
  axis: Axis,
  @align(16) before: f32, // factors of inputs and outputs
  after: f32,
}
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
${pass}
fn pass_input(at: u32) -> f32 { return max(uniforms.before * x[at], LOG_ZERO); }
fn pass_output(at: u32, value: f32) { y[at] = ${output}; }
fn pass_tap(distance: u32) -> f32 { return taps[distance]; }

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  axis_pass(uniforms.axis, workgroup_index(id, count), lane);
}`,
  buffers: ["read", "read", "write"],
  uniforms: true,
});

const KERNELS: Readonly<Record<GridDomain, Kernel>> = {
  numbers: passKernel("grid pass", AXIS_PASS, "uniforms.after * value"),
  logarithms: passKernel("grid pass on logarithms", LOG_AXIS_PASS, "max(uniforms.after * value, LOG_ZERO)"),
};

/** K x, or log K exp(x), [..., points] -> [..., points]; the caller owns what comes back. */
export function applyGrid(x: tf.Tensor, axes: readonly PassAxis[], domain: GridDomain): tf.Tensor {
  const points = axes.reduce((product, { extent }) => product * extent, 1);
  const parts = rowParts(x.size / points, points);
  const isLog = domain === "logarithms";
  const given = x.dtype === "float32" ? x : tf.cast(x, "float32");
  let from: tf.TensorInfo = given;
  axes.forEach((axis, index) => {
    const to = allocate(x.shape);
    const taps = tf.tensor1d(axis.taps);
    const factors = [isLog && index === 0 ? Math.LOG2E : 1, isLog && index === axes.length - 1 ? Math.LN2 : 1];
    for (const part of parts) {
      const lines = part.count / axis.extent;
      const { constants, workgroups } = passLayout(axis, lines);
      launch(KERNELS[domain], {
        buffers: [{ tensor: from, ...part }, taps, { tensor: to, ...part }],
        constants,
        uniforms: axisWords(axis, lines, factors),
        workgroups,
      });
    }
    taps.dispose();
    if (from !== given) release(from);
    from = to;
  });
  if (given !== x) given.dispose();
  return asTensor(from);
}
