import { readNpy } from "../../src/data/npy.ts";
import { InputError, OptionError } from "../../src/errors.ts";
import { rowOf, sizeOf } from "../../src/tensor/ndarray.ts";
import type { Loss, WdlTerm } from "./losses.ts";

/** Which pixels of the data [M, N] are observed. */
export interface Mask {
  /** 1 where pixel `index` of a data point is observed, 0 where it is missing [N]. */
  row(point: number): Float64Array;
  /** Whether it is one for all data points, and so for others too. */
  readonly isCommon: boolean;
}

/**
 * Reads a mask from a `.npy` file, 0 where a pixel is missing: one for all data points (their shape, or [N]) or one for each (with the
 * data points as first axis). Throws OptionError for another shape, and for a data point of which nothing is observed.
 */
export async function readMask(file: string, points: number, pointShape: readonly number[]): Promise<Mask> {
  const pixels = sizeOf(pointShape);
  const refuse = (detail: string): never => {
    throw new OptionError("mask", `${file}: ${detail}`);
  };
  const { shape, data } = await readNpy(file).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    return refuse(error.message.replace(`${file}: `, ""));
  });
  const isOne = data.length === pixels && shape[0] !== points;
  const isEach = data.length === points * pixels && shape[0] === points;
  if (!isOne && !isEach) {
    const one = pointShape.join(", ");
    return refuse(`expected [${one}] (one mask for all) or [${points}, ${one}] (one each), got [${shape.join(", ")}]`);
  }
  const observed = Float64Array.from(data, (value) => (value === 0 ? 0 : 1));
  const mask: Mask = { row: (point) => rowOf(observed, pixels, isOne ? 0 : point), isCommon: isOne };
  for (let point = 0; point < points; point++) {
    if (!mask.row(point).includes(1)) refuse(`nothing is observed of data point ${point + 1}; leave it out`);
  }
  return mask;
}

/** Data [M, N] with 0 in the place of what is missing. */
export function withoutMissing(data: Float64Array, pixels: number, mask: Mask): Float64Array {
  return data.map((value, index) => value * mask.row(Math.floor(index / pixels))[index % pixels]);
}

/** The share of a histogram that lies on observed pixels. */
export function observedShare(histogram: Float64Array, observed: Float64Array): number {
  return histogram.reduce((sum, value, pixel) => sum + value * observed[pixel], 0);
}

/**
 * A loss of what is observed: of q = m p / <m, p> against data that are 0 where they are missing and of mass one elsewhere. What is
 * missing is assumed to say nothing, not even how much mass it has. Its gradient is m (g - <g, q>) / <m, p> with g that of the loss at q.
 */
export function maskedTerm(name: string, loss: Loss, data: Float64Array, pixels: number, mask: Mask): WdlTerm {
  return {
    name: `${name} of observed pixels`,
    data,
    of(others) {
      if (!mask.isCommon) throw new InputError("a mask of each data point says nothing of others; leave --mask out");
      return maskedTerm(name, loss, others, pixels, mask);
    },
    evaluate(index, p, gradient) {
      const observed = mask.row(index);
      const share = observedShare(p, observed);
      if (!(share > 0)) {
        gradient.fill(0);
        return Infinity;
      }
      const q = p.map((value, pixel) => (value * observed[pixel]) / share);
      const value = loss(q, rowOf(data, pixels, index), gradient);
      const centre = gradient.reduce((sum, slope, pixel) => sum + slope * q[pixel], 0);
      for (let pixel = 0; pixel < pixels; pixel++) {
        gradient[pixel] = observed[pixel] === 0 ? 0 : (gradient[pixel] - centre) / share;
      }
      return value;
    },
  };
}

/**
 * Data to make first atoms and weights of: missing pixels have the mean of the data points that were observed there, on the level of
 * each data point; where none was, the mean of its observed pixels.
 */
export function filledIn(data: Float64Array, pixels: number, mask: Mask): Float64Array {
  const points = data.length / pixels;
  const [sums, counts] = [new Float64Array(pixels), new Float64Array(pixels)];
  for (let point = 0; point < points; point++) {
    const observed = mask.row(point);
    for (let pixel = 0; pixel < pixels; pixel++) {
      sums[pixel] += data[point * pixels + pixel];
      counts[pixel] += observed[pixel];
    }
  }
  const seen = counts.reduce((sum, count) => sum + Math.min(count, 1), 0);
  const level = sums.reduce((sum, value, pixel) => sum + (counts[pixel] > 0 ? value / counts[pixel] : 0), 0) / seen;
  const average = sums.map((sum, pixel) => (counts[pixel] > 0 ? sum / counts[pixel] : level));
  return data.map((value, index) => {
    const pixel = index % pixels;
    return mask.row(Math.floor(index / pixels))[pixel] === 0 ? average[pixel] : value;
  });
}
