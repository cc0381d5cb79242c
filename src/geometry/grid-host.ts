import { sizeOf } from "../tensor/ndarray.ts";
import { checkRange } from "./checks.ts";
import type { GridGeometry, HostKernel, HostKernelOptions } from "./geometry.ts";
import { logAddExp, logSumExpOfLine, logTaps, type LogTaps } from "./log-sum.ts";

/**
 * Beyond `d^2 = range * epsilon` an entry exp(-d^2 / epsilon) is smaller than the smallest normal number of the
 * precision: exp(-708) for float64, exp(-87) for float32.
 */
export const EXPONENT_RANGE = { float64: 708, float32: 87 } as const;

/** One axis of the grid: how to walk its lines, and its one-dimensional kernel by distance in steps. */
interface Axis {
  readonly length: number;
  /** Distance in memory of neighbours on the axis. */
  readonly stride: number;
  /** Lines whose starts are `laneStride` apart; `blocks` groups of them, `blockStride` apart. */
  readonly lanes: number;
  readonly laneStride: number;
  readonly blocks: number;
  readonly blockStride: number;
  /** exp(-d^2 / epsilon) for d = 0..radius: the band. */
  readonly taps: Float64Array;
  /** d^2 exp(-d^2 / epsilon), over the same band. */
  readonly costTaps: Float64Array;
  /** -d^2 / epsilon for every d, never cut off. */
  readonly logKernel: LogTaps;
  /** log(d^2) - d^2 / epsilon, -Infinity at 0. */
  readonly logCostKernel: LogTaps;
}

/**
 * Float64 operators of a grid: one pass an axis, banded. Entries with d^2 < 708 epsilon (float64) or d^2 < 87 epsilon
 * (float32), d the distance along one axis, are kept; the sum of what is left out is below N * 2.3e-308 (or N * 1.7e-38)
 * times the largest input. Applications allocate nothing; the operators of one kernel share scratch memory. In TypeScript
 * alone, for browsers too: `nativeGridKernel` is faster where the addon is.
 */
export function gridHostKernel(
  { size, spacing, maxCost }: Pick<GridGeometry, "size" | "spacing" | "maxCost">,
  epsilon: number,
  { precision = "float64" }: HostKernelOptions = {},
): HostKernel {
  checkRange(epsilon, maxCost, "float64");
  const count = sizeOf(size);
  const axes = size.map((_, axis) => describeAxis(size, spacing[axis], axis, epsilon, EXPONENT_RANGE[precision]));
  const line = new Float64Array(Math.max(...size));
  const scratch = new Float64Array(count);
  let costScratch: Float64Array[] | undefined;
  const costScratchOnce = (): Float64Array[] => (costScratch ??= [0, 1, 2].map(() => new Float64Array(count)));

  function apply(x: Float64Array, out: Float64Array): Float64Array {
    return throughAxes(axes, x, out, scratch, (axis, from, to) => convolve(axis, axis.taps, from, to));
  }

  // C is a sum over axes, so (K * C) is a sum of products with (K_a * C_a) on one axis. Both sums grow axis by axis:
  // cost <- K_a cost + (K_a * C_a) plain,  plain <- K_a plain.
  function applyCost(x: Float64Array, out: Float64Array): Float64Array {
    const [plain, cost, next] = costScratchOnce();
    plain.set(x);
    cost.fill(0);
    for (const axis of axes) {
      convolve(axis, axis.taps, cost, next);
      convolve(axis, axis.costTaps, plain, cost);
      for (let index = 0; index < count; index++) cost[index] += next[index];
      convolve(axis, axis.taps, plain, next);
      plain.set(next);
    }
    out.set(cost);
    return out;
  }

  function logApply(x: Float64Array, out: Float64Array): Float64Array {
    return throughAxes(axes, x, out, scratch, (axis, from, to) => logConvolve(axis, axis.logKernel, line, from, to));
  }

  function logApplyCost(x: Float64Array, out: Float64Array): Float64Array {
    const [plain, cost, next] = costScratchOnce();
    plain.set(x);
    cost.fill(-Infinity);
    for (const axis of axes) {
      logConvolve(axis, axis.logKernel, line, cost, next);
      logConvolve(axis, axis.logCostKernel, line, plain, cost);
      for (let index = 0; index < count; index++) cost[index] = logAddExp(cost[index], next[index]);
      logConvolve(axis, axis.logKernel, line, plain, next);
      plain.set(next);
    }
    out.set(cost);
    return out;
  }

  return { epsilon, apply, applyTranspose: apply, applyCost, logApply, logApplyTranspose: logApply, logApplyCost };
}

function describeAxis(
  size: readonly number[],
  spacing: number,
  axis: number,
  epsilon: number,
  exponentRange: number,
): Axis {
  const length = size[axis];
  const stride = sizeOf(size.slice(axis + 1));
  const count = sizeOf(size);
  const squared = Float64Array.from({ length }, (_, steps) => (steps * spacing) ** 2);
  const kept = squared.filter((distance) => distance < exponentRange * epsilon);
  return {
    length,
    stride,
    ...(stride === 1
      ? { lanes: count / length, laneStride: length, blocks: 1, blockStride: 0 }
      : { lanes: stride, laneStride: 1, blocks: count / (length * stride), blockStride: length * stride }),
    taps: kept.map((distance) => Math.exp(-distance / epsilon)),
    costTaps: kept.map((distance) => distance * Math.exp(-distance / epsilon)),
    logKernel: logTaps(squared.map((distance) => -distance / epsilon)),
    logCostKernel: logTaps(squared.map((distance) => Math.log(distance) - distance / epsilon)),
  };
}

/** Runs `pass` over the axes from x to out, alternating between out and one scratch buffer. */
function throughAxes(
  axes: readonly Axis[],
  x: Float64Array,
  out: Float64Array,
  scratch: Float64Array,
  pass: (axis: Axis, from: Float64Array, to: Float64Array) => void,
): Float64Array {
  let from = x;
  for (let index = axes.length - 1; index >= 0; index--) {
    const to = index % 2 === 0 ? out : scratch;
    pass(axes[index], from, to);
    from = to;
  }
  return out;
}

/**
 * Symmetric banded convolution along one axis. Four lines go together, so that each tap is loaded once for four
 * independent sums, and the two neighbours at one distance share a product.
 */
function convolve(axis: Axis, taps: Float64Array, x: Float64Array, out: Float64Array): void {
  const { lanes, laneStride, blocks, blockStride } = axis;
  const grouped = lanes - (lanes % 4);
  for (let block = 0; block < blocks; block++) {
    const base = block * blockStride;
    for (let lane = 0; lane < grouped; lane += 4) convolveFour(axis, taps, x, out, base + lane * laneStride);
    for (let lane = grouped; lane < lanes; lane++) convolveOne(axis, taps, x, out, base + lane * laneStride);
  }
}

function convolveFour(axis: Axis, taps: Float64Array, x: Float64Array, out: Float64Array, first: number): void {
  const { length, stride, laneStride } = axis;
  const second = first + laneStride;
  const third = second + laneStride;
  const fourth = third + laneStride;
  const [centre] = taps;
  const radius = taps.length - 1;
  const last = length - 1;
  for (let index = 0; index < length; index++) {
    const at = index * stride;
    let sum0 = centre * x[first + at];
    let sum1 = centre * x[second + at];
    let sum2 = centre * x[third + at];
    let sum3 = centre * x[fourth + at];
    const after = last - index;
    const both = Math.min(radius, index, after);
    let below = at;
    let above = at;
    let distance = 1;
    for (; distance <= both; distance++) {
      below -= stride;
      above += stride;
      const tap = taps[distance];
      sum0 += tap * (x[first + below] + x[first + above]);
      sum1 += tap * (x[second + below] + x[second + above]);
      sum2 += tap * (x[third + below] + x[third + above]);
      sum3 += tap * (x[fourth + below] + x[fourth + above]);
    }
    // Near an end of the line only one neighbour is left.
    const reach = Math.min(radius, Math.max(index, after));
    const step = index > after ? -stride : stride;
    let neighbour = index > after ? below : above;
    for (; distance <= reach; distance++) {
      neighbour += step;
      const tap = taps[distance];
      sum0 += tap * x[first + neighbour];
      sum1 += tap * x[second + neighbour];
      sum2 += tap * x[third + neighbour];
      sum3 += tap * x[fourth + neighbour];
    }
    out[first + at] = sum0;
    out[second + at] = sum1;
    out[third + at] = sum2;
    out[fourth + at] = sum3;
  }
}

function convolveOne(axis: Axis, taps: Float64Array, x: Float64Array, out: Float64Array, first: number): void {
  const { length, stride } = axis;
  const [centre] = taps;
  const radius = taps.length - 1;
  for (let index = 0; index < length; index++) {
    const at = first + index * stride;
    let sum = centre * x[at];
    const before = Math.min(radius, index);
    const after = Math.min(radius, length - 1 - index);
    for (let distance = 1; distance <= before; distance++) sum += taps[distance] * x[at - distance * stride];
    for (let distance = 1; distance <= after; distance++) sum += taps[distance] * x[at + distance * stride];
    out[at] = sum;
  }
}

/** out_i = log sum_j exp(x_j + taps[|i - j|]) along one axis; `line` holds one line of the input. */
function logConvolve(axis: Axis, taps: LogTaps, line: Float64Array, x: Float64Array, out: Float64Array): void {
  const { length, stride, lanes, laneStride, blocks, blockStride } = axis;
  for (let block = 0; block < blocks; block++) {
    for (let lane = 0; lane < lanes; lane++) {
      const base = block * blockStride + lane * laneStride;
      let largest = -Infinity;
      for (let index = 0; index < length; index++) {
        line[index] = x[base + index * stride];
        if (line[index] > largest) largest = line[index];
      }
      for (let index = 0; index < length; index++) {
        out[base + index * stride] = logSumExpOfLine(line, length, largest, taps, index);
      }
    }
  }
}
