import type * as tf from "@tensorflow/tfjs-core";
import type { Kernel } from "../kernel.ts";
import { launch } from "../launch.ts";
import { WORKGROUP_INDEX } from "../wgsl.ts";
import { LOGARITHMS } from "./logarithms.ts";
import { eachRow, SUM_LANES } from "./tree.ts";

/**
 * Adds the rows of x to a sum, one after the other, whatever groups they come in, so that these change no bit; what rounding takes from
 * a sum of 10^5 terms is added up beside it (Neumaier 1974).
 */
const ADD_ROWS: Kernel = {
  name: "barycenter sum over data points",
  buffers: ["read", "write", "write"],
  uniforms: true,
  code: /* wgsl */ `
struct Uniforms { width: u32, rows: u32, is_first: u32, is_last: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
@group(0) @binding(2) var<storage, read_write> lost: array<f32>;
@group(0) @binding(3) var<uniform> uniforms: Uniforms;
${WORKGROUP_INDEX}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = 64 * workgroup_index(id, count) + lane;
  if (at >= uniforms.width) { return; }
  var sum = select(sums[at], 0.0, uniforms.is_first == 1);
  var rest = select(lost[at], 0.0, uniforms.is_first == 1);
  for (var row = 0u; row < uniforms.rows; row++) {
    let term = x[row * uniforms.width + at];
    let next = sum + term;
    rest += select((term - next) + sum, (sum - next) + term, abs(sum) >= abs(term));
    sum = next;
  }
  sums[at] = select(sum, sum + rest, uniforms.is_last == 1);
  lost[at] = rest;
}
`,
};

export function addRows(
  x: tf.TensorInfo,
  { rows, width, isFirst, isLast }: Readonly<Record<"rows" | "width", number> & Record<"isFirst" | "isLast", boolean>>,
  { sums, lost }: Readonly<Record<"sums" | "lost", tf.TensorInfo>>,
): void {
  launch(ADD_ROWS, {
    buffers: [x, sums, lost],
    constants: {},
    uniforms: new Uint32Array([width, rows, Number(isFirst), Number(isLast)]),
    workgroups: Math.ceil(width / 64),
  });
}

const SUM_OF_ROWS: Kernel = {
  name: "barycenter sums of rows",
  buffers: ["read", "write"],
  uniforms: true,
  code: /* wgsl */ `
struct Uniforms { rows: u32, width: u32, to: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> uniforms: Uniforms;
${eachRow(/* wgsl */ `
  var sum = 0.0;
  for (var i = lane; i < uniforms.width; i += ${SUM_LANES}) { sum += x[row * uniforms.width + i]; }
  sum = tree_sum(sum, lane);
  if (lane == 0) { y[uniforms.to + row] = sum; }
`)}
`,
};

/** The sum of each row of x [rows, width], to y from `to` on. */
export function sumRows(x: tf.TensorInfo, rows: number, width: number, y: tf.TensorInfo, to: number): void {
  const uniforms = new Uint32Array([rows, width, to]);
  launch(SUM_OF_ROWS, { buffers: [x, y], constants: {}, uniforms, workgroups: rows });
}

const VIOLATIONS: Kernel = {
  name: "barycenter violations",
  buffers: ["read", "read", "read", "write"],
  uniforms: true,
  code: /* wgsl */ `
override MARGINAL: f32;
struct Uniforms { rows: u32, points: u32, atoms: u32, shared_count: u32, mass_count: u32, to: u32, each: u32 }
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> c: array<f32>;
@group(0) @binding(2) var<storage, read> masses: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>; // bits: NaN may be among them
@group(0) @binding(4) var<uniform> uniforms: Uniforms;
${LOGARITHMS}
${eachRow(/* wgsl */ `
  var sum = 0.0;
  var bad = 0.0;
  for (var i = lane; i < uniforms.points; i += ${SUM_LANES}) {
    let at = row * uniforms.points + i;
    let mass = masses[at % uniforms.mass_count];
    if (mass > ABSENT) {
      let product = a[at % uniforms.shared_count] + c[at];
      let next = MARGINAL * mass + (1 - MARGINAL) * c[at];
      sum += abs(power_of_two(product) - power_of_two(next));
      if ((bitcast<u32>(product) & 0x7fffffffu) >= 0x7f800000u || max(product, next) >= 127) { bad = 1; }
    }
  }
  sum = tree_sum(sum, lane);
  bad = tree_sum(bad, lane);
  if (lane == 0) {
    y[uniforms.to + row / uniforms.atoms * uniforms.each + row % uniforms.atoms] = select(bitcast<u32>(sum), 0x7fc00000u, bad > 0);
  }
`)}
`,
};

/**
 * Sums of |a - (d / c)^marginal| c over the points of each data point and atom, to y from `from` on, `each` numbers a data point; NaN where
 * something is not finite. `masses` are log2 d [S, points], or [rows, S, points].
 */
export function violations(
  sizes: Readonly<Record<"rows" | "points" | "atoms" | "marginal", number>> & {
    /** Of a. */
    readonly isShared: boolean;
    readonly hasOwnMasses: boolean;
  },
  { a, c, masses, y }: Readonly<Record<"a" | "c" | "masses" | "y", tf.TensorInfo>>,
  to: { readonly from: number; readonly each: number },
): void {
  const { rows, points, atoms, marginal, isShared, hasOwnMasses } = sizes;
  const width = atoms * points;
  launch(VIOLATIONS, {
    buffers: [a, c, masses, y],
    constants: { MARGINAL: marginal },
    uniforms: new Uint32Array([
      rows * atoms,
      points,
      atoms,
      (isShared ? 1 : rows) * width,
      (hasOwnMasses ? rows : 1) * width,
      to.from,
      to.each,
    ]),
    workgroups: rows * atoms,
  });
}
