// One pass of a grid's kernel along an axis: out_i = sum_j exp(-cost(i - j)) in_j for every line of a batch [outer, extent, inner].
//
// A workgroup computes a tile, SPAN positions of 4 THREADS / SPAN lines, four positions a thread. It goes over the positions that the band
// reaches, SPAN at a time, through its memory: a number read there meets four outputs, and the weights of these move by one from one
// position to the next, so that two reads serve four multiplications. Bytes: an input is read (SPAN + 2 radius) / SPAN times, an output
// written once. Multiplications: 2 radius + 1 an output, rounded up to chunks.
import { kernelLimits } from "./limits.ts";

/** An axis of a batch of grids, as a pass along it sees it. */
export interface PassAxis {
  readonly extent: number;
  /** Product of the extents of the axes behind it: neighbours are so many numbers apart. */
  readonly inner: number;
  /** Distance in steps of the last weight that float32 holds as a normal number. */
  readonly radius: number;
  /** C / (epsilon log 2) of one step. */
  readonly cost: number;
  /** 2^(-cost d^2) by distance d up to `radius`. */
  readonly taps: Float32Array;
}

/** 2^-126 is the smallest normal float32. */
const LARGEST_EXPONENT = 126;

/** The axes of a grid at one epsilon, the first one first. */
export function passAxes(size: readonly number[], spacing: readonly number[], epsilon: number): PassAxis[] {
  let inner = size.reduce((product, extent) => product * extent, 1);
  return size.map((extent, axis) => {
    inner /= extent;
    const cost = spacing[axis] ** 2 / (epsilon * Math.LN2);
    const radius = Math.min(extent - 1, Math.floor(Math.sqrt(LARGEST_EXPONENT / cost)));
    const taps = Float32Array.from({ length: radius + 1 }, (_, distance) => 2 ** (-cost * distance * distance));
    return { extent, inner, radius, cost, taps };
  });
}

/** The constants of a kernel that is made of a pass, and how many workgroups a pass over `lines` lines of the axis takes. */
export function passLayout({ extent }: PassAxis, lines: number) {
  const threads = Math.min(256, kernelLimits().maxComputeInvocationsPerWorkgroup);
  let span = 16;
  while (span < extent && span < 64) span *= 2;
  const tiles = Math.ceil(extent / span) * Math.ceil(lines / ((4 * threads) / span));
  return { constants: { THREADS: threads, SPAN: span }, workgroups: tiles };
}

/** Uniforms that begin with the `Axis` of a pass over `lines` lines; numbers of the kernel's own follow at byte 32. */
export function axisWords(
  { extent, inner, radius, cost }: PassAxis,
  lines: number,
  more: readonly number[] = [],
): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(8 + more.length);
  words.set([lines, extent, inner, radius]);
  const floats = new Float32Array(words.buffer);
  floats[4] = cost;
  floats.set(more, 8);
  return words;
}
