import { InputError } from "../../src/errors.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";

/**
 * Fidelity of images to their references. A pair is two arrays of equal length; a set is two arrays `[M, ...]` of equal
 * shape, one image a row, and gives one figure an image.
 */

/** Mean of the squared differences, in squared units of the entries. Throws InputError on lengths that differ. */
export function meanSquaredError(image: ArrayLike<number>, reference: ArrayLike<number>): number {
  checkLengths("mean squared error", image, reference);
  return squaredDistance(image, reference) / reference.length;
}

/**
 * Peak signal-to-noise ratio `10 log10(peak^2 / MSE)` in decibels; Infinity for equal images.
 *
 * @param peak largest value an entry can take: 255 for 8-bit images. @default 255
 * @throws InputError on lengths that differ or a peak that is not positive
 */
export function psnr(image: ArrayLike<number>, reference: ArrayLike<number>, peak = 255): number {
  if (!(peak > 0)) throw new InputError(`psnr: expected a positive peak, got ${peak}`);
  checkLengths("psnr", image, reference);
  return 10 * Math.log10((peak * peak) / meanSquaredError(image, reference));
}

/**
 * `|image - reference|^2 / |reference|^2`, the error of the point spread functions in Schmitz et al. 2018, section 5.1.
 * Throws InputError on lengths that differ.
 */
export function normalizedMeanSquaredError(image: ArrayLike<number>, reference: ArrayLike<number>): number {
  checkLengths("normalised mean square error", image, reference);
  return squaredDistance(image, reference) / squaredNorm(reference);
}

/** A figure of one image against its reference. */
export type ImageMetric = (image: ArrayLike<number>, reference: ArrayLike<number>) => number;

/**
 * The figure of each image of a set: `[M, ...]`, `[M, ...]` -> `[M]`. The mean PSNR of the papers is
 * `meanPsnr(perImage(images, references))`: the average of the ratios, not the ratio of the average error.
 *
 * @param metric @default psnr with peak 255
 * @throws InputError on shapes that differ
 */
export function perImage(images: NdArray, references: NdArray, metric: ImageMetric = psnr8bit): Float64Array {
  const [count, ...extents] = references.shape;
  if (count === undefined || images.shape.join() !== references.shape.join()) {
    const shapes = [images, references].map(({ shape }) => `[${shape.join(", ")}]`);
    throw new InputError(`images: expected two sets of one shape [M, ...], got ${shapes.join(" and ")}`);
  }
  const size = extents.reduce((product, extent) => product * extent, 1);
  return Float64Array.from({ length: count }, (_, index) => {
    const [first, last] = [index * size, (index + 1) * size];
    return metric(images.data.subarray(first, last), references.data.subarray(first, last));
  });
}

/** A mean PSNR, and what it leaves out. */
export interface MeanPsnr {
  /** dB, over the images that are not exact; Infinity where all are. */
  readonly mean: number;
  /** Images that equal their references: their PSNR is infinite, and so would be any mean with them. */
  readonly exact: number;
}

/** The mean of the PSNR of some images [M]. */
export function meanPsnr(psnr: Float64Array): MeanPsnr {
  const inexact = psnr.filter((value) => value !== Infinity);
  return { mean: inexact.length > 0 ? mean(inexact) : Infinity, exact: psnr.length - inexact.length };
}

/** The average of some figures; NaN for none. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  return sum / values.length;
}

const psnr8bit: ImageMetric = (image, reference) => psnr(image, reference);

function checkLengths(operation: string, image: ArrayLike<number>, reference: ArrayLike<number>): void {
  if (image.length !== reference.length || reference.length === 0) {
    const lengths = `${image.length} and ${reference.length}`;
    throw new InputError(`${operation}: expected an image and a reference of one size, got ${lengths} entries`);
  }
}

function squaredDistance(image: ArrayLike<number>, reference: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < reference.length; index++) sum += (image[index] - reference[index]) ** 2;
  return sum;
}

function squaredNorm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index] ** 2;
  return sum;
}
