import { samplesOf, type Dataset } from "../../src/data/dataset.ts";
import { ndarray, type NdArray } from "../../src/tensor/ndarray.ts";
import { resizeArea, type ImageSize } from "../../src/data/resize.ts";
import { Random } from "../../src/tensor/random.ts";
import { InputError } from "../../src/errors.ts";

/** Pairs of histograms [count, points], the same row of both belonging together. */
export interface Pairs {
  readonly mu: NdArray<Float64Array>;
  readonly nu: NdArray<Float64Array>;
}

/** Added to every pixel after normalising, before normalising again: the paper's Sinkhorn needs positive masses. */
const DUST = 1e-6;

/** Pairs of the paper's evaluation. */
const PAPER_PAIRS = 500;
/** Entries of `mu` at most, half a gigabyte. */
const MOST_ENTRIES = 2 ** 26;

/**
 * The pairs that a run is evaluated on: 500, or as many ordered pairs of different images as there are, or on large grids as
 * many as memory holds. Throws as `imagePairs`.
 */
export function evaluationPairs(dataset: Dataset, extent: number): Pairs {
  const [samples] = samplesOf(dataset).values.shape;
  const most = Math.max(1, Math.floor(MOST_ENTRIES / extent ** 2));
  return imagePairs(dataset, extent, Math.min(PAPER_PAIRS, most, samples * (samples - 1)));
}

/**
 * Random pairs of different images as histograms on a grid of this size, or extent x extent: resized by area, divided by their sum, dust
 * added. The same seed gives the same pairs. Throws InputError for anything but two or more images.
 */
export function imagePairs(dataset: Dataset, extent: number | ImageSize, count: number, seed = 0): Pairs {
  const { name, values } = samplesOf(dataset);
  if (dataset.kind !== "images" || values.shape[0] < 2) {
    throw new InputError(`${name}: expected at least two images, got ${dataset.kind} [${values.shape.join(", ")}]`);
  }
  const size: ImageSize = typeof extent === "number" ? [extent, extent] : extent;
  const images = resizeArea(values, size).data;
  const points = size[0] * size[1];
  const samples = values.shape[0];
  const histograms = images.slice();
  for (let sample = 0; sample < samples; sample++) {
    const row = histograms.subarray(sample * points, (sample + 1) * points);
    const sum = row.reduce((total, value) => total + value, 0);
    if (sum === 0) throw new InputError(`${name}: image ${dataset.names[sample]} is all zero; leave it out`);
    for (let point = 0; point < points; point++) row[point] = (row[point] / sum + DUST) / (1 + DUST * points);
  }
  const random = Random.fromSeed(seed);
  const mu = new Float64Array(count * points);
  const nu = new Float64Array(count * points);
  for (let pair = 0; pair < count; pair++) {
    const first = random.integer(samples);
    const second = (first + 1 + random.integer(samples - 1)) % samples;
    mu.set(histograms.subarray(first * points, (first + 1) * points), pair * points);
    nu.set(histograms.subarray(second * points, (second + 1) * points), pair * points);
  }
  return { mu: ndarray(mu, [count, points]), nu: ndarray(nu, [count, points]) };
}
