import { rowOf, sizeOf, type NdArray } from "../../src/tensor/ndarray.ts";
import { normalizedMeanSquaredError, psnr } from "../metrics/images.ts";
import { misplacedMass } from "../metrics/mass.ts";
import type { BaselineKey } from "./baselines.ts";

/** A way to reconstruct the data. */
export interface Method {
  readonly key: "wdl" | BaselineKey;
  /** "WDL", "PCA 4" */
  readonly name: string;
  /** What it is, in a few words. */
  readonly note: string;
  /** Data points `first` to `last` (without it) on the scale 0..255, neither rounded nor clipped, [last - first, N]. */
  reconstruct(first: number, last: number): Promise<Reconstructed>;
}

interface Reconstructed {
  readonly images: Float64Array;
  /** As many rows, one number a component. */
  readonly coefficients: readonly ArrayLike<number>[];
}

/** How well a method does. */
export interface Comparison extends Pick<Method, "key" | "name" | "note"> {
  /** On the 8-bit scale, of the first data points, as many as are shown. */
  readonly images: NdArray<Float64Array>;
  /** PSNR in dB on the 8-bit scale [M]: 10 log10(255^2 / MSE). */
  readonly psnr: Float64Array;
  /** Normalised mean square error [M], before anything is rounded. */
  readonly nmse: Float64Array;
  /** Share of mass in another third of the line than in the data [M]; of histograms on a line alone. */
  readonly misplaced?: Float64Array;
  /** [M, k] */
  readonly coefficients: NdArray<Float64Array>;
}

/** What is reconstructed, and how much of it is kept. */
export interface Compared {
  /** Data [M, N]. */
  readonly values: Float64Array;
  /** What brings them to 0..255. */
  readonly scale: number;
  readonly points: number;
  readonly pointShape: readonly number[];
  /** Whether a data point is a histogram on a line. @default false */
  readonly onLine?: boolean;
  /** Data points whose images are kept, the first ones. */
  readonly shown: number;
}

/** Values that are reconstructed at once: of images that are not shown no more are held. */
const MOST_VALUES = 4e6;

/** Reconstructs all data points, some at a time, and measures them. */
export async function compare(method: Method, data: Compared): Promise<Comparison> {
  const { values, scale, points, pointShape, onLine = false, shown } = data;
  const pixels = sizeOf(pointShape);
  const batch = Math.max(1, Math.floor(MOST_VALUES / pixels));
  const images = new Float64Array(shown * pixels);
  const [decibels, errors, misplaced] = Array.from({ length: 3 }, () => new Float64Array(points));
  const rows: ArrayLike<number>[] = [];
  for (let first = 0; first < points; first += batch) {
    const last = Math.min(first + batch, points);
    const found = await method.reconstruct(first, last);
    rows.push(...found.coefficients);
    for (let point = first; point < last; point++) {
      const image = rowOf(found.images, pixels, point - first);
      const input = rowOf(values, pixels, point).map((value) => value * scale);
      const rounded = to8bit(image);
      decibels[point] = psnr(rounded, to8bit(input));
      errors[point] = normalizedMeanSquaredError(image, input);
      if (onLine) misplaced[point] = misplacedMass(image, input);
      if (point < shown) images.set(rounded, point * pixels);
    }
  }
  const { key, name, note } = method;
  const coefficients = Float64Array.from(rows.flatMap((row) => Array.from(row)));
  return {
    key,
    name,
    note,
    images: { shape: [shown, ...pointShape], data: images },
    psnr: decibels,
    nmse: errors,
    ...(onLine && { misplaced }),
    coefficients: { shape: [points, coefficients.length / points], data: coefficients },
  };
}

/** The data points that are shown, on the 8-bit scale. */
export function shownInputs({ values, scale, pointShape, shown }: Compared): NdArray<Float64Array> {
  const some = values.subarray(0, shown * sizeOf(pointShape));
  return { shape: [shown, ...pointShape], data: to8bit(some.map((value) => value * scale)) };
}

/** Whole gray values of 0 to 255. */
export function to8bit(values: Float64Array): Float64Array {
  return values.map((value) => Math.round(Math.min(Math.max(value, 0), 255)));
}
