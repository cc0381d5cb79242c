import * as tf from "@tensorflow/tfjs-core";
import { EXPONENTIAL } from "../cost.ts";
import type { Constants, Kernel } from "../kernel.ts";
import { launch, type Launch } from "../launch.ts";
import { kernelLimits } from "../limits.ts";
import { LOG_ZERO, WORKGROUP_INDEX } from "../wgsl.ts";
import { mostOperations, pace } from "./pace.ts";
import { LANE_WIDTH, PLACE, type CostBlock, type CostCode, type CostSource, type Span } from "./source.ts";

/** Pairs of a batch that share a lane's costs, where there are so many. */
const PAIRS_A_LANE = 4;

/** Workgroups that fill a large device: with fewer of them, the reduced side is split. */
const ENOUGH_WORKGROUPS = 512;

/** Indices of the reduced side that are worth a workgroup of their own. */
const SHORTEST_SPLIT = 256;

/** Of a cost, for each pair of the batch: an exponential, the exponent, the running maximum and the sum. */
const OPERATIONS_A_PAIR = EXPONENTIAL + 5;

/** Outputs of a workgroup that joins parts. */
const JOIN_LANES = 64;

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

const JOIN = /* wgsl */ `
${WORKGROUP_INDEX}
@compute @workgroup_size(${JOIN_LANES})
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) count: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = ${JOIN_LANES} * workgroup_index(id, count) + lane;
  if (index < u.pairs * u.all_outputs) { join(index / u.all_outputs, index % u.all_outputs, u.first_pair * u.all_outputs + index); }
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

/** What stays the same for all launches of a reduction. */
export interface ReductionScalars {
  /** 1 / epsilon */
  readonly factor: number;
  readonly gain: number;
  readonly keep: number;
  readonly pull: number;
}

/** One launch: of some tiles of outputs, and some splits of the reduced side, of a block of costs. */
interface Step {
  readonly block: CostBlock;
  readonly tiles: Span;
  readonly splits: Span;
  readonly splitLength: number;
  /** Number of the block's first part. */
  readonly firstPart: number;
  readonly workgroups: number;
  readonly operations: number;
}

export interface Reduction {
  readonly steps: readonly Step[];
  /** Parts of each output, to be put together; 1 where workgroups see the whole of the reduced side. */
  readonly parts: number;
  readonly pairsALane: number;
}

/** How the reduction of a source, of so many pairs, is cut into launches. A function of sizes and limits alone: the same bits each time. */
export function planReduction(
  source: Pick<CostSource, "shape" | "dimension" | "operationsAnAxis" | "lanes" | "blocks">,
  transposed: boolean,
  pairs: number,
): Reduction {
  const lanes = source.lanes(transposed);
  const [tile, stride] = [LANE_WIDTH * lanes.outputs, LANE_WIDTH * lanes.reduced];
  const pairsALane = pairs >= PAIRS_A_LANE ? PAIRS_A_LANE : 1;
  const pairTiles = Math.ceil(pairs / pairsALane);
  const all = source.shape[transposed ? 1 : 0];
  const wanted = Math.ceil(ENOUGH_WORKGROUPS / (Math.ceil(all / tile) * pairTiles));
  const operationsEach = source.operationsAnAxis * source.dimension + OPERATIONS_A_PAIR * pairs;
  const parts = new Map<number, number>(); // so far, of the outputs from some index on
  const steps = source.blocks(transposed).flatMap(({ outputs, reduced, ...block }): Step[] => {
    const launches = Math.ceil((all * reduced.count * operationsEach) / mostOperations());
    const tiles = Math.ceil(outputs.count / tile);
    // cut by outputs where each launch has enough of them, else by the reduced side
    const isByOutputs = Math.ceil(all / tile) * pairTiles >= ENOUGH_WORKGROUPS * launches;
    const most = Math.max(1, Math.floor(reduced.count / SHORTEST_SPLIT));
    const splitLength =
      stride * Math.ceil(reduced.count / Math.min(most, isByOutputs ? wanted : wanted * launches) / stride);
    const splits = Math.ceil(reduced.count / splitLength);
    const firstPart = parts.get(outputs.from) ?? 0;
    parts.set(outputs.from, firstPart + splits);
    const cuts = isByOutputs
      ? cut(tiles, launches).map((ofTiles) => ({ tiles: ofTiles, splits: { from: 0, count: splits } }))
      : cut(splits, launches).map((ofSplits) => ({ tiles: { from: 0, count: tiles }, splits: ofSplits }));
    return cuts.map((step) => ({
      ...step,
      block: { ...block, outputs, reduced },
      splitLength,
      firstPart,
      workgroups: step.tiles.count * step.splits.count * pairTiles,
      operations: step.tiles.count * tile * Math.min(step.splits.count * splitLength, reduced.count) * operationsEach,
    }));
  });
  return { steps, parts: Math.max(...parts.values()), pairsALane };
}

/** So many things in so many spans of about equal length, or fewer. */
function cut(count: number, pieces: number): Span[] {
  const each = Math.ceil(count / pieces);
  return Array.from({ length: Math.ceil(count / each) }, (_, piece) => ({
    from: piece * each,
    count: Math.min(each, count - piece * each),
  }));
}

/** The kernels of one operation: where workgroups see the whole of the reduced side, where they leave parts, and what joins these. */
export interface ReductionKernels {
  readonly whole: Kernel;
  readonly part: Kernel;
  readonly join: Kernel;
}

export interface ReductionLaunch {
  readonly transposed: boolean;
  readonly kernels: (pairsALane: number) => ReductionKernels;
  /** Numbers of a part. */
  readonly partWidth: number;
  /** What the kernels read besides the costs, and what only the end reads, before the result. */
  readonly inputs: readonly tf.TensorInfo[];
  readonly endInputs: readonly tf.TensorInfo[];
  /** [pairs, outputs] */
  readonly result: tf.TensorInfo;
  readonly scalars: ReductionScalars;
  readonly withMasses?: boolean;
  readonly constants: Constants;
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

/** Records a reduction. */
export function reduceCosts(source: CostSource, reduction: ReductionLaunch): void {
  const { transposed, inputs, endInputs, result, partWidth } = reduction;
  const lengths = transposed ? [source.shape[1], source.shape[0]] : source.shape;
  const [outputs] = lengths;
  const pairs = tf.util.sizeFromShape(result.shape) / outputs;
  const plan = planReduction(source, transposed, pairs);
  const kernels = reduction.kernels(plan.pairsALane);
  const lanes = source.lanes(transposed);
  const constants = {
    ...reduction.constants,
    OUTPUT_LANES: lanes.outputs,
    REDUCED_LANES: lanes.reduced,
    IS_REDUCED_FIRST: Number(lanes.isReducedFirst),
  };
  const run = (firstPair: number, count: number, kernel: Kernel, buffers: Launch["buffers"]): void => {
    const pairTiles = Math.ceil(count / plan.pairsALane);
    for (const step of plan.steps) {
      const uniforms = uniformsOf(source, step, lengths, plan.parts, [firstPair, count], reduction);
      const workgroups = step.tiles.count * step.splits.count * pairTiles;
      launch(kernel, { buffers: [...step.block.buffers, ...buffers], constants, uniforms, workgroups });
      pace(step.operations);
    }
  };
  if (plan.parts === 1) return run(0, pairs, kernels.whole, [...inputs, ...endInputs, result]);
  const bytesAPair = 4 * partWidth * plan.parts * outputs;
  const most = Math.max(1, Math.floor(kernelLimits().maxStorageBufferBindingSize / bytesAPair));
  for (let firstPair = 0; firstPair < pairs; firstPair += most) {
    const count = Math.min(most, pairs - firstPair);
    const parts = {
      tensor: source.scratch(count * plan.parts * outputs * partWidth),
      from: 0,
      count: count * plan.parts * outputs * partWidth,
    };
    run(firstPair, count, kernels.part, [...inputs, parts]);
    const uniforms = uniformsOf(source, plan.steps[0], lengths, plan.parts, [firstPair, count], reduction);
    launch(kernels.join, {
      buffers: [parts, ...endInputs, result],
      constants: {},
      uniforms,
      workgroups: Math.ceil((count * outputs) / JOIN_LANES),
    });
  }
}

function uniformsOf(
  source: CostSource,
  { block: { outputs, reduced, strides }, tiles, splits, splitLength, firstPart }: Step,
  [allOutputs, allReduced]: readonly number[],
  parts: number,
  [firstPair, pairs]: readonly [number, number],
  { scalars: { factor, gain, keep, pull }, withMasses = false }: ReductionLaunch,
): Uint32Array<ArrayBuffer> {
  const integers = [
    ...[outputs.count, reduced.count, ...strides, outputs.from, reduced.from, allOutputs, allReduced],
    ...[tiles.from, tiles.count, splits.from, splits.count, splitLength, firstPart, parts, firstPair, pairs],
    ...[source.dimension, source.metric, Number(withMasses)],
  ];
  const numbers = [factor, -factor * source.shift, gain, keep, pull];
  const uniforms = new Uint32Array(integers.length + numbers.length);
  uniforms.set(integers);
  new Float32Array(uniforms.buffer).set(numbers, integers.length);
  return uniforms;
}
