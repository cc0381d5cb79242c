import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { launch } from "../launch.ts";
import { partFrom } from "../parts.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { LOGARITHMS } from "./logarithms.ts";

const MAIN = /* wgsl */ `
${WORKGROUP_INDEX}
${LOGARITHMS}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64 * workgroup_index(id, count) + lane;
  if (at < uniforms.count) { each(at); }
}
`;

const LOG_MASSES: Kernel = {
  name: "barycenter masses",
  buffers: ["read", "write"],
  uniforms: true,
  code: /* wgsl */ `
struct Uniforms { count: u32 }
@group(0) @binding(0) var<storage, read> masses: array<f32>;
@group(0) @binding(1) var<storage, read_write> logs: array<f32>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${MAIN}
fn each(at: u32) {
  if (masses[at] > 0) { logs[at] = log2(masses[at]); } else { logs[at] = LOG_ZERO; }
}
`,
};

/** log2 of masses, LOG_ZERO where there is none. */
export function logMasses(masses: tf.TensorInfo, logs: tf.TensorInfo, count: number): void {
  const uniforms = new Uint32Array([count]);
  launch(LOG_MASSES, { buffers: [masses, logs], constants: {}, uniforms, workgroups: Math.ceil(count / 64) });
}

const REMEMBER: Kernel = {
  name: "barycenter memory",
  buffers: ["read", "read", "read", "write"],
  uniforms: true,
  code: /* wgsl */ `
struct Uniforms { count: u32, width: u32, known: u32, update: f32, memory: f32 }
@group(0) @binding(0) var<storage, read> masses: array<f32>;
@group(0) @binding(1) var<storage, read> c: array<f32>;
@group(0) @binding(2) var<storage, read> before: array<f32>;
@group(0) @binding(3) var<storage, read_write> a: array<f32>;
@group(0) @binding(4) var<uniform> uniforms: Uniforms;
${MAIN}
fn each(at: u32) {
  let mass = masses[at % uniforms.width];
  var next = uniforms.update * (select(0.0, mass, mass > ABSENT) - c[at]);
  if (uniforms.memory != 0) { next += uniforms.memory * before[at % uniforms.known]; }
  a[at] = next;
}
`,
};

/**
 * log2 a = update (log2 d - log2 c) + memory log2 a of the iteration before, undefined if that was 0. Where an atom has no mass it is that of mass 1,
 * so that powers of it stay harmless.
 */
export function remember(
  { width, update, memory }: { readonly width: number; readonly update: number; readonly memory: number },
  rows: number,
  buffers: Readonly<Record<"masses" | "c" | "a", tf.TensorInfo>> & {
    readonly before: tf.TensorInfo | undefined;
    /** Whether `before` is [1, S, M], for all rows. */
    readonly isShared: boolean;
  },
): void {
  const { masses, c, before, isShared, a } = buffers;
  const count = rows * width;
  const uniforms = new Uint32Array([count, width, (isShared ? 1 : rows) * width, 0, 0]);
  new Float32Array(uniforms.buffer).set([update, before ? memory : 0], 3);
  launch(REMEMBER, {
    buffers: [masses, c, before ?? c, a],
    constants: {},
    uniforms,
    workgroups: Math.ceil(count / 64),
  });
}

/** What `copyRows` makes of a number. */
const CONVERSIONS = {
  /** Natural to base 2; log 0 becomes log 1, since its power would be infinite if there is mass now. */
  start: 0,
  /** Base 2 to natural; LOG_ZERO where the numbers beside it, gone through again and again, are. */
  logarithms: 1,
  /** 2^x */
  masses: 2,
} as const;

const COPY: Kernel = {
  name: "barycenter copy",
  buffers: ["read", "read", "write"],
  uniforms: true,
  code: /* wgsl */ `
override MODE: u32;
struct Uniforms { count: u32, width: u32, source: u32, source_stride: u32, goal: u32, goal_stride: u32, others: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> beside: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>; // bits: infinity may be among them
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
${MAIN}
fn converted(value: f32, at: u32) -> f32 {
  if (MODE == ${CONVERSIONS.start}) { return select(value * 1.4426950408889634, 0, value < ABSENT); }
  if (MODE == ${CONVERSIONS.logarithms}) {
    if (uniforms.others > 0 && beside[at % max(uniforms.others, 1)] < ABSENT) { return LOG_ZERO; }
    return max(value * 0.6931471805599453, LOG_ZERO);
  }
  return power_of_two(value);
}

fn each(at: u32) {
  let row = at / uniforms.width;
  let column = at % uniforms.width;
  let value = x[uniforms.source + row * uniforms.source_stride + column];
  var bits = bitcast<u32>(converted(value, column));
  if (MODE == ${CONVERSIONS.masses}) {
    let size = bitcast<u32>(value) & 0x7fffffffu;
    if (size > 0x7f800000u) { bits = 0x7fc00000u; } else if (value >= 128) { bits = 0x7f800000u; }
  }
  y[uniforms.goal + row * uniforms.goal_stride + column] = bits;
}
`,
};

/** Rows of numbers, so many from `from` on in a tensor of any size, `stride` apart. */
export interface Rows {
  readonly tensor: tf.TensorInfo;
  readonly from: number;
  readonly stride: number;
}

/** Copies rows of `width` numbers. */
export function copyRows(
  conversion: keyof typeof CONVERSIONS,
  rows: number,
  width: number,
  source: Rows,
  target: Rows,
  absent?: tf.TensorInfo,
): void {
  const span = ({ stride }: Rows): number => (rows - 1) * stride + width;
  const x = partFrom(source.tensor, source.from, span(source));
  const y = partFrom(target.tensor, target.from, span(target));
  const count = rows * width;
  launch(COPY, {
    buffers: [x.part, absent ?? x.part, y.part],
    constants: { MODE: CONVERSIONS[conversion] },
    uniforms: new Uint32Array([count, width, x.skip, source.stride, y.skip, target.stride, absent ? width : 0]),
    workgroups: Math.ceil(count / 64),
  });
}
