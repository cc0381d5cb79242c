import type { Kernel } from "../kernel.ts";
import { LOG_ZERO, WORKGROUP_INDEX } from "../wgsl.ts";
import { LANE_WIDTH, PLACE, type CostCode } from "./source.ts";

/** Outputs of a workgroup that joins parts. */
export const JOIN_LANES = 64;

/** What launches of a reduction bring, in the order of `uniformsOf`. */
const UNIFORMS = /* wgsl */ `
struct Uniforms {
  /** Indices that the buffers of costs hold, what stepping from one to the next means there, and where they stand in the vectors. */
  outputs: u32, reduced: u32,
  output_stride: u32, reduced_stride: u32,
  output_from: u32, reduced_from: u32,
  /** Lengths of the vectors. */
  all_outputs: u32, all_reduced: u32,
  /** Tiles of outputs in this launch, and its first split. */
  first_tile: u32, tiles: u32, first_split: u32,
  /** The reduced side is split in so many parts, which lie among others. */
  splits: u32, split_length: u32, first_part: u32, parts: u32,
  first_pair: u32, pairs: u32,
  /** Of points; whether masses are added. */
  dimension: u32, metric: u32, with_masses: u32,
  /** Of a cost in the exponent: 1 / epsilon; what the exponent has besides. */
  factor: f32, offset: f32,
  /** The result: gain times the sum or its logarithm, keep times what was before, pull times the number of the pair. */
  gain: f32, keep: f32, pull: f32,
}
`;

/**
 * A workgroup has a tile of outputs, a part of the reduced side and `PAIRS` pairs of the batch, whose costs are the same: formed once.
 */
const HEAD = /* wgsl */ `
${WORKGROUP_INDEX}
${LOG_ZERO}
const LANES_A_GROUP: u32 = 256;
override IS_REDUCED_FIRST: bool;
struct Task { first_pair: u32, tile: u32, split: u32, exists: bool }
fn task_of(group: u32) -> Task {
  let pair_tiles = (u.pairs + PAIRS - 1) / PAIRS;
  return Task(
    PAIRS * (group % pair_tiles),
    u.first_tile + (group / pair_tiles) % u.tiles,
    u.first_split + group / (pair_tiles * u.tiles),
    group < pair_tiles * u.tiles * u.splits,
  );
}
fn place_of(lane: u32, tile: u32) -> Place {
  let first = ${LANE_WIDTH} * OUTPUT_LANES * tile;
  let output = select(lane % OUTPUT_LANES, lane / REDUCED_LANES, IS_REDUCED_FIRST);
  let reduced = select(lane / OUTPUT_LANES, lane % REDUCED_LANES, IS_REDUCED_FIRST);
  return Place(lane, output, reduced, first, 0, u.outputs, u.reduced, u.output_stride, u.reduced_stride);
}
/** In the vectors of the reduced side. */
fn at_reduced(place: Place, pair: u32) -> vec4u {
  let row = u.first_pair + min(pair, u.pairs - 1);
  return row * u.all_reduced + u.reduced_from + reduced_of(place);
}
fn is_within(place: Place, end: u32) -> vec4<bool> {
  return place.first_reduced + place.reduced + REDUCED_LANES * vec4u(0, 1, 2, 3) < vec4u(end);
}
/** In the vectors of the outputs. */
fn at_outputs(place: Place, pair: u32) -> vec4u {
  let row = u.first_pair + min(pair, u.pairs - 1);
  return row * u.all_outputs + u.output_from + outputs_of(place);
}
fn are_outputs(place: Place) -> vec4<bool> {
  return place.first_output + place.output + OUTPUT_LANES * vec4u(0, 1, 2, 3) < vec4u(place.outputs);
}
override COSTED: bool;
/** The logarithms of K exp(base), or of (K * C) exp(base), at one reduced index. */
fn exponents(costs: vec4f, base: vec4f) -> vec4f {
  let plain = fma(vec4f(-u.factor), costs, base);
  if (!COSTED) { return plain; }
  return plain + select(vec4f(LOG_ZERO), log(max(costs, vec4f(1e-37))), costs > vec4f());
}
`;

const JOIN = /* wgsl */ `
${WORKGROUP_INDEX}
@compute @workgroup_size(${JOIN_LANES})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = ${JOIN_LANES} * workgroup_index(id, count) + lane;
  if (index < u.pairs * u.all_outputs) { join(index / u.all_outputs, index % u.all_outputs, u.first_pair * u.all_outputs + index); }
}
`;

/** Names of storage buffers in the order of their bindings, and how a kernel uses them. */
export type Buffers = readonly (readonly [name: string, use: "read" | "write"])[];

function declarations(buffers: Buffers, from: number): string {
  const storage = buffers.map(
    ([name, use], at) =>
      `@group(0) @binding(${from + at}) var<storage, ${use === "read" ? "read" : "read_write"}> ${name}: array<f32>;`,
  );
  const uniforms = `@group(0) @binding(${from + buffers.length}) var<uniform> u: Uniforms;`;
  return [...storage, uniforms].join("\n");
}

/** The kernel that goes over the costs: `body` has its `main`, which begins with `task_of` and `place_of`. */
export function reducingKernel(
  name: string,
  { code, bindings }: CostCode,
  buffers: Buffers,
  pairsALane: number,
  body: string,
): Kernel {
  return {
    name,
    code: `const PAIRS: u32 = ${pairsALane};${UNIFORMS}${declarations(buffers, bindings)}${PLACE}${code}${HEAD}${body}`,
    buffers: [...Array.from({ length: bindings }, () => "read" as const), ...buffers.map(([, use]) => use)],
    uniforms: true,
  };
}

/** The kernel that puts parts together, a lane an output: `body` has `fn join(pair, output, at)`. */
export function joiningKernel(name: string, buffers: Buffers, body: string): Kernel {
  return {
    name,
    code: `${UNIFORMS}${declarations(buffers, 0)}${body}${JOIN}`,
    buffers: buffers.map(([, use]) => use),
    uniforms: true,
  };
}

/** The kernels of one operation: where workgroups see the whole of the reduced side, where they leave parts, and what joins these. */
export interface ReductionKernels {
  readonly whole: Kernel;
  readonly part: Kernel;
  readonly join: Kernel;
}

/** Kernels of an operation for each kind of costs, made once. */
export function perSource(
  make: (code: CostCode, pairsALane: number) => ReductionKernels,
): (code: CostCode, pairsALane: number) => ReductionKernels {
  const made = new Map<string, ReductionKernels>();
  return (code, pairsALane) => {
    const key = `${code.name}, ${pairsALane}`;
    const kernels = made.get(key) ?? make(code, pairsALane);
    made.set(key, kernels);
    return kernels;
  };
}
