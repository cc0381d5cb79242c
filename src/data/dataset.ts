import { InputError } from "../errors.ts";
import { ndarray, sizeOf, type NdArray } from "../tensor/ndarray.ts";
import { bracketed, firstOfSide, sideArrays, sideText, type PairDataset } from "./pair.ts";
import type { StreamDataset } from "./stream/stream.ts";

/** What every data set has: M samples along the first axis of `values`. */
interface Samples {
  /** Name in the registry, or the last part of a path. */
  readonly name: string;
  /** float64 [M, ...], row-major. */
  readonly values: NdArray<Float64Array>;
  /** One name a sample [M]; their numbers from 0 where the source has none. */
  readonly names: readonly string[];
  /** One class a sample [M], where known; for evaluation only. */
  readonly labels?: readonly string[];
}

/** Gray images [M, h, w], 0 black to 255 white. */
export interface ImageDataset extends Samples {
  readonly kind: "images";
  /**
   * Of drawn images, whose parameters are known: the true image [h * w] on the way from one sample to another, at a share between 0
   * and 1. @default not known
   */
  readonly between?: (from: number, to: number, share: number) => Promise<Float64Array>;
  /** Images of the same kind, none of which is in this set. @default there are none */
  readonly unseen?: () => Promise<ImageDataset>;
}

/** Masses on a grid [M, ...grid] with 1 to 3 axes, nonnegative. */
export interface HistogramDataset extends Samples {
  readonly kind: "histograms";
}

/** A table [M, m]: counts of features (genes, words) in samples (cells, texts), or coordinates. */
export interface MatrixDataset extends Samples {
  readonly kind: "matrix";
  /** One name a column [m]; their numbers from 0 where the source has none. */
  readonly features: readonly string[];
  /** One class a column [m], undefined for a column of none, where known; for evaluation only. */
  readonly featureLabels?: readonly (string | undefined)[];
}

/** Data sets of samples of one kind. */
export type SampleDataset = ImageDataset | HistogramDataset | MatrixDataset;

/** A data set in memory. */
export type LoadedDataset = SampleDataset | PairDataset;

/** A data set. Each kind is one member; a consumer names the kinds it takes. */
export type Dataset = LoadedDataset | StreamDataset;

/** Names "0", "1", ... of things that have none. */
export function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index));
}

/**
 * Requires an array with values in it; to be called before anything is made for each of its samples, of which an empty one may
 * claim any number. Throws InputError.
 */
export function requireContent({ shape }: NdArray, name: string): void {
  if (shape.includes(0)) throw new InputError(`${name}: no values (shape [${shape.join(", ")}])`);
}

/** The data set, where it is one of samples in memory. Throws InputError for a pair and for a stream. */
export function samplesOf(dataset: Dataset): SampleDataset {
  if (dataset.kind === "pair") throw notOneSet(dataset.name);
  if (dataset.kind === "stream") throw new InputError(`${dataset.name}: stays on disk; expected data in memory`);
  return dataset;
}

/** The data set, where it is a pair. Throws InputError for samples. */
export function pairOf(dataset: Dataset): PairDataset {
  if (dataset.kind === "pair") return dataset;
  throw notAPair(dataset.name);
}

/** What a pair by this name is refused with where one data set is expected. */
export function notOneSet(name: string): InputError {
  return new InputError(`${name}: a pair of data sets, which only a joint embedding takes; expected one data set`);
}

/** What a data set by this name is refused with where two are expected. */
export function notAPair(name: string): InputError {
  return new InputError(
    `${name}: one data set, expected two; name both files with x and y, or take a pair by name (snareseq, scgem, shapes)`,
  );
}

/** The arrays whose numbers are the data, of either side of a pair. */
export function arraysOf(dataset: LoadedDataset): readonly NdArray[] {
  return dataset.kind === "pair" ? [dataset.x, dataset.y].flatMap(sideArrays) : [dataset.values];
}

/** Their shapes, one behind the other: what other data must have to be the same. */
export function shapeOf(dataset: Dataset): readonly number[] {
  return dataset.kind === "stream" ? dataset.shape : arraysOf(dataset).flatMap(({ shape }) => shape);
}

/** "[100, 80]"; of a pair "[177, 34] and [177, 27]". */
export function shapeText(dataset: Dataset): string {
  if (dataset.kind === "stream") return `${bracketed(dataset)}, on disk`;
  const texts = dataset.kind === "pair" ? [dataset.x, dataset.y].map(sideText) : [bracketed(dataset.values)];
  return texts.join(" and ");
}

/** The first `count` samples, of either side of a pair; all of them where there are no more. Throws InputError for a mesh. */
export function takeFirst<D extends LoadedDataset>(dataset: D, count: number): D;
export function takeFirst(dataset: LoadedDataset, count: number): LoadedDataset {
  if (dataset.kind === "pair")
    return { ...dataset, x: firstOfSide(dataset.x, count), y: firstOfSide(dataset.y, count) };
  const [samples, ...rest] = dataset.values.shape;
  if (samples <= count) return dataset;
  return {
    ...dataset,
    values: ndarray(dataset.values.data.slice(0, count * sizeOf(rest)), [count, ...rest]),
    names: dataset.names.slice(0, count),
    ...(dataset.labels && { labels: dataset.labels.slice(0, count) }),
  };
}

/**
 * Requires values that are finite and, for masses, nonnegative with at least one above zero in every sample.
 *
 * @param masses whether the samples are to be read as masses
 * @throws InputError naming the sample and the place
 */
export function requireValues({ name, values, names }: SampleDataset, { masses }: { readonly masses: boolean }): void {
  requireContent(values, name);
  const [samples, ...rest] = values.shape;
  const size = sizeOf(rest);
  for (let sample = 0; sample < samples; sample++) {
    let total = 0;
    for (let index = 0; index < size; index++) {
      const value = values.data[sample * size + index];
      if (!Number.isFinite(value) || (masses && value < 0)) {
        const expected = masses ? "a nonnegative number" : "a finite number";
        throw new InputError(
          `${name}: sample ${names[sample]}, at [${unravel(index, rest)}]: expected ${expected}, got ${value}`,
        );
      }
      total += value;
    }
    if (masses && total === 0) {
      throw new InputError(`${name}: sample ${names[sample]} is all zero, expected some mass; leave it out`);
    }
  }
}

/** Requires one label a sample. Throws InputError. */
export function requireLabels(name: string, samples: number, labels: readonly string[]): void {
  if (labels.length !== samples) {
    throw new InputError(`${name}: expected ${samples} labels (one per sample), got ${labels.length}`);
  }
}

/** The position of a flat index in an array of this shape: "2, 5". */
function unravel(index: number, shape: readonly number[]): string {
  const position = shape.map((extent, axis) => Math.floor(index / sizeOf(shape.slice(axis + 1))) % extent);
  return position.join(", ");
}
