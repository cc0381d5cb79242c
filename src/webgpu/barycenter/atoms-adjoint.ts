import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { launch } from "../launch.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { LOGARITHMS } from "./logarithms.ts";

/**
 * From t = K(h / phi), as signed logarithms, to q = a t (+ the gradient of log a that the iteration after left, with memory) and the
 * gradient of the atoms, added up over the iterations for each data point:
 *
 *     gd += t / c (plain), update q / d where there is mass (else)
 */
const ADJOINT: Kernel = {
  name: "barycenter atoms adjoint",
  buffers: ["read", "read", "read", "read", "write", "write", "write"],
  uniforms: true,
  code: /* wgsl */ `
override WIDTH: u32; // numbers of all atoms
override PLAIN: bool;
override UPDATE: f32;
override MEMORY: f32;
struct Uniforms { count: u32, shared_count: u32, is_last: u32 }
@group(0) @binding(0) var<storage, read> t: array<f32>;
@group(0) @binding(1) var<storage, read> c: array<f32>;
@group(0) @binding(2) var<storage, read> a: array<f32>; // read with memory
@group(0) @binding(3) var<storage, read> masses: array<f32>;
@group(0) @binding(4) var<storage, read_write> carried: array<f32>;
@group(0) @binding(5) var<storage, read_write> q: array<f32>;
@group(0) @binding(6) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(7) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
${LOGARITHMS}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64 * workgroup_index(id, count) + lane;
  if (at >= uniforms.count) { return; }
  let known = at % uniforms.shared_count;
  let mass = masses[at % WIDTH];
  var log_a = LOG_ZERO;
  if (mass > ABSENT) {
    if (MEMORY != 0) { log_a = a[known]; } else { log_a = UPDATE * (mass - c[known]); }
  }
  let sign = sign_of(t[at]);
  var slope = sign * power_of_two(t[at] + log_a);
  if (MEMORY != 0) {
    if (uniforms.is_last == 0) { slope += carried[at]; }
    carried[at] = MEMORY * slope;
  }
  q[at] = slope;
  var added = 0.0;
  if (PLAIN) {
    added = sign * power_of_two(t[at] - c[known]);
  } else if (mass > ABSENT) {
    added = UPDATE * slope * power_of_two(-mass);
  }
  gradient[at] = clamp(select(gradient[at], 0.0, uniforms.is_last == 1) + added, -LARGEST, LARGEST);
}
`,
};

export interface AtomsAdjointSizes {
  /** S M */
  readonly width: number;
  readonly plain: boolean;
  readonly update: number;
  readonly memory: number;
}

export interface AtomsAdjointLaunch {
  readonly rows: number;
  readonly isLast: boolean;
  /** [rows, S, M] */
  readonly t: tf.TensorInfo;
  /** log2 c and, with memory, log2 a: [rows, S, M], or [1, S, M] for all rows. */
  readonly c: tf.TensorInfo;
  readonly a: tf.TensorInfo | undefined;
  readonly isShared: boolean;
  /** log2 d [S, M] */
  readonly masses: tf.TensorInfo;
  /** d loss / d log a, kept where the iteration has memory. */
  readonly carried: tf.TensorInfo;
  readonly q: tf.TensorInfo;
  readonly gradient: tf.TensorInfo;
}

export function pullBackAtoms({ width, plain, update, memory }: AtomsAdjointSizes, given: AtomsAdjointLaunch): void {
  const { rows, isLast, t, c, a = c, isShared, masses, carried, q, gradient } = given;
  launch(ADJOINT, {
    buffers: [t, c, a, masses, carried, q, gradient],
    constants: { WIDTH: width, PLAIN: Number(plain), UPDATE: update, MEMORY: memory },
    uniforms: new Uint32Array([rows * width, (isShared ? 1 : rows) * width, Number(isLast)]),
    workgroups: Math.ceil((rows * width) / 64),
  });
}
