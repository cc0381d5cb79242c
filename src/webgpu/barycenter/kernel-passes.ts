import type * as tf from "@tensorflow/tfjs-core";
import { isGrid, type Geometry, type GridGeometry } from "../../geometry/geometry.ts";
import type { Constants, Kernel } from "../kernel.ts";
import { kernelLimits } from "../limits.ts";
import { launch, release, upload, type Part } from "../launch.ts";
import { LANES, LOAD, RESULTS_EACH } from "./pass-code.ts";
import { BAND_PASS, DENSE_PASS } from "./passes.ts";

/** Kernel entries below exp(-87) are no normal float32. */
const EXPONENT = 87;
/** Bytes of the inputs that a workgroup holds at a time: half of what every device has, so that two fit. */
const TILE_BYTES = 8192;

/** One pass of a product: [outer, extent, inner] -> [outer, results, inner]. */
interface Pass {
  readonly kernel: Kernel;
  readonly constants: Constants;
  readonly weights: tf.TensorInfo;
  readonly extent: number;
  readonly results: number;
  /** Results of a line, and lines, that a workgroup computes. */
  readonly tile: readonly [results: number, lines: number];
}

/** What a product does with its input, and whether that has signs. */
export interface Loading {
  readonly mode: keyof typeof LOAD;
  readonly beside?: tf.TensorInfo | Part;
  /** Numbers in `beside`, which is gone through again and again. */
  readonly others?: number;
  readonly scale?: number;
  readonly shift?: number;
  readonly signed?: boolean;
}

/** log2 K 2^x of rows [rows, N] -> [rows, M] (`forward`), and with K^T [rows, M] -> [rows, N], on the current device. */
export interface KernelPasses {
  readonly shape: readonly [m: number, n: number];
  readonly sides: Readonly<Record<"forward" | "transpose", readonly Pass[]>>;
  dispose(): void;
}

/** Bytes of the matrix that a kernel would need; 0 on a grid. */
export function matrixBytes(geometry: Geometry): number {
  return isGrid(geometry) ? 0 : 4 * geometry.shape[0] * geometry.shape[1];
}

export function kernelPasses(geometry: Geometry, epsilon: number): KernelPasses {
  const [m, n] = geometry.shape;
  if (isGrid(geometry)) {
    const passes = bandPasses(geometry, epsilon);
    return {
      shape: [m, n],
      sides: { forward: passes, transpose: passes },
      dispose: () => release(...passes.map(({ weights }) => weights)),
    };
  }
  const factor = -Math.LOG2E / epsilon;
  const weights = upload(Float32Array.from(geometry.costMatrix().data, (cost) => factor * cost));
  return {
    shape: [m, n],
    sides: {
      forward: [densePass(weights, n, m, false)],
      transpose: [densePass(weights, m, n, true)],
    },
    dispose: () => release(weights),
  };
}

/** Multiplications of a result in each pass. */
export function passWidths(geometry: Geometry, epsilon: number): number[] {
  if (!isGrid(geometry)) return [Math.max(...geometry.shape)];
  const { size, spacing } = geometry;
  return size.map((extent, axis) => 2 * bandRadius(extent, spacing[axis], epsilon) + 1);
}

/** Distance in steps of the last entry of a one-dimensional kernel that float32 holds as a normal number. */
function bandRadius(extent: number, step: number, epsilon: number): number {
  return Math.min(extent - 1, Math.floor(Math.sqrt(EXPONENT * epsilon) / step));
}

/** From the last axis to the first. */
function bandPasses({ size, spacing }: GridGeometry, epsilon: number): Pass[] {
  let inner = 1;
  return size
    .map((extent, axis) => ({ extent, step: spacing[axis] }))
    .reverse()
    .map(({ extent, step }) => {
      const radius = bandRadius(extent, step, epsilon);
      const exponents = Array.from(
        { length: extent },
        (_, distance) => (-Math.LOG2E * (distance * step) ** 2) / epsilon,
      );
      const taps = Array.from({ length: radius + 4 }, (_, d) => (d <= radius ? 2 ** exponents[d] : 0));
      const slots = slotsFor(extent, inner, radius);
      const chunk = chunkFor(slots, Math.min(extent, RESULTS_EACH * slots + 2 * radius));
      const pass = {
        kernel: BAND_PASS,
        constants: { ...sizes(extent, extent, inner, slots, chunk), RADIUS: radius },
        weights: upload(Float32Array.from([...taps, ...exponents])),
        extent,
        results: extent,
        tile: tileOf(slots),
      };
      inner *= extent;
      return pass;
    });
}

function densePass(weights: tf.TensorInfo, extent: number, results: number, transposed: boolean): Pass {
  const slots = 8;
  return {
    kernel: DENSE_PASS,
    constants: { ...sizes(extent, results, 1, slots, chunkFor(slots / 2, extent)), TRANSPOSED: Number(transposed) },
    weights,
    extent,
    results,
    tile: tileOf(slots),
  };
}

function sizes(extent: number, results: number, inner: number, slots: number, chunk: number): Constants {
  // 2^24 times what may be lost of a sum, see `passCode`
  return { EXTENT: extent, RESULTS: results, INNER: inner, SLOTS: slots, CHUNK: chunk, SMALLEST: extent * 2 ** -101 };
}

function tileOf(slots: number): [number, number] {
  return [RESULTS_EACH * slots, (RESULTS_EACH * LANES) / slots];
}

/** The tile that costs least a line, loads and exponentials counted as eight multiplications; of contiguous lines at least 32. */
function slotsFor(extent: number, inner: number, radius: number): number {
  const choices = inner === 1 ? [1, 2, 4, 8, 16, 32, 64] : [1, 2, 4, 8];
  const cost = (slots: number): number => {
    const results = RESULTS_EACH * slots;
    return Math.ceil(extent / results) * (results * (2 * radius + 1) + 8 * (results + 2 * radius));
  };
  return choices.reduce((best, slots) => (cost(slots) < cost(best) ? slots : best));
}

function chunkFor(slots: number, inputs: number): number {
  const bytes = Math.min(TILE_BYTES, kernelLimits().maxComputeWorkgroupStorageSize / 2);
  const position = (16 * LANES) / slots;
  return Math.min(inputs, Math.max(1, Math.floor(bytes / position)));
}

/**
 * A product of `rows` rows of x into `out`; `scratch` holds what is between axes. x is neither of the two. What is between axes is a
 * logarithm, with a sign if `signed`, and so is the result.
 */
export function product(
  passes: KernelPasses,
  side: "forward" | "transpose",
  rows: number,
  { x, out, scratch }: Readonly<Record<"x" | "out" | "scratch", tf.TensorInfo>>,
  { mode, beside, others = 1, scale = 1, shift = 0, signed = false }: Loading,
): void {
  const all = passes.sides[side];
  const [m, n] = passes.shape;
  const inputs = rows * (side === "forward" ? n : m);
  let from = x;
  all.forEach((pass, index) => {
    const to = (all.length - 1 - index) % 2 === 0 ? out : scratch;
    const isFirst = index === 0;
    const lines = inputs / pass.extent;
    const uniforms = new Uint32Array([lines, others, 0, 0]);
    new Float32Array(uniforms.buffer).set([scale, shift], 2);
    launch(pass.kernel, {
      buffers: [from, (isFirst && beside) || pass.weights, pass.weights, to],
      constants: { ...pass.constants, MODE: isFirst ? LOAD[mode] : LOAD.asIs, SIGNED: Number(signed) },
      uniforms,
      workgroups: Math.ceil(pass.results / pass.tile[0]) * Math.ceil(lines / pass.tile[1]),
    });
    from = to;
  });
}
