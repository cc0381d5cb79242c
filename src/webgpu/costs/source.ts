import type * as tf from "@tensorflow/tfjs-core";
import { allocate, release } from "../launch.ts";

/** Indices of a side of the costs: `from` to `from + count`. */
export interface Span {
  readonly from: number;
  readonly count: number;
}

/** Costs that buffers of one binding each hold: of all pairs of two spans. */
export interface CostBlock {
  /** The side that results belong to. */
  readonly outputs: Span;
  /** The side that is summed over. */
  readonly reduced: Span;
  /** Bindings 0, 1, ... of the kernels. */
  readonly buffers: readonly tf.TensorInfo[];
  /** What steps from one output, and from one reduced index, to the next mean in the buffers. */
  readonly strides: readonly [ofOutputs: number, ofReduced: number];
}

/** The bindings from 0 on, and `fn costs(place: Place) -> mat4x4f`: four outputs, in a column for each of four reduced indices. */
export interface CostCode {
  readonly name: string;
  readonly code: string;
  readonly bindings: number;
}

/**
 * The costs C [n, m] between two sides on the device, as WGSL: a matrix, or points that they are computed from. Kernels that sum over
 * one side know nothing else of them.
 */
export interface CostSource {
  readonly shape: readonly [n: number, m: number];
  /** What is taken off the costs that kernels see, so that none is negative; <= 0. */
  readonly shift: number;
  /** Of the points; 0 of a matrix. */
  readonly dimension: number;
  readonly code: CostCode;
  /** What the code goes by where it knows several forms of costs. */
  readonly metric: number;
  /** Of a pair of points. */
  readonly operationsAnAxis: number;
  /** Blocks by output; transposed, outputs are on the second side. */
  blocks(transposed: boolean): readonly CostBlock[];
  /** Lanes of a workgroup along the reduced side and along the outputs, 256 together; whether the first are next to each other. */
  lanes(transposed: boolean): { readonly reduced: number; readonly outputs: number; readonly isReducedFirst: boolean };
  /** At least so many numbers, of anything: for what one launch leaves to the next. */
  scratch(count: number): tf.TensorInfo;
  dispose(): void;
}

/** A buffer that grows. */
export function growingScratch() {
  let held: tf.TensorInfo | undefined;
  const free = (): void => {
    if (held) release(held);
    held = undefined;
  };
  return {
    scratch(count: number): tf.TensorInfo {
      if (held && held.shape[0] >= count) return held;
      free();
      return (held = allocate([count]));
    },
    free,
  };
}

/** Numbers that one lane takes of each side at a time. */
export const LANE_WIDTH = 4;

/** What costs are asked for by: a tile of 4 x `OUTPUT_LANES` outputs by 4 x `REDUCED_LANES` reduced indices, of which a lane has 4 x 4. */
export const PLACE = /* wgsl */ `
override OUTPUT_LANES: u32;
override REDUCED_LANES: u32;
struct Place {
  lane: u32,
  /** Lanes along the sides. */
  output: u32, reduced: u32,
  /** Where the tile starts in the buffers, and how many indices they hold. */
  first_output: u32, first_reduced: u32,
  outputs: u32, reduced_count: u32,
  output_stride: u32, reduced_stride: u32,
}
/** The four outputs of the lane; the last one again past the end. */
fn outputs_of(place: Place) -> vec4u {
  let at = place.first_output + place.output + OUTPUT_LANES * vec4u(0, 1, 2, 3);
  return min(at, vec4u(place.outputs - 1));
}
fn reduced_of(place: Place) -> vec4u {
  let at = place.first_reduced + place.reduced + REDUCED_LANES * vec4u(0, 1, 2, 3);
  return min(at, vec4u(place.reduced_count - 1));
}
`;
