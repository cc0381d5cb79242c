import { basename } from "#platform/files";
import { createHash } from "#platform/hashing";
import { InputError } from "../../errors.ts";
import { pause } from "../../event-loop.ts";
import { ndarray, sizeOf } from "../../tensor/ndarray.ts";
import { numbered, type SampleDataset } from "../dataset.ts";
import { parseSize, resizeArea } from "../resize.ts";
import type { RowSource } from "./row-source.ts";

/** Samples that stay on disk and are read in batches: more than the memory holds, if need be. */
export interface StreamDataset {
  readonly kind: "stream";
  /** The last part of its path, or a name in the registry. */
  readonly name: string;
  /** What its samples are. */
  readonly samples: SampleDataset["kind"];
  /** [M, ...], after resizing. */
  readonly shape: readonly number[];
  /** The value of full intensity: 255 of images, the largest of other samples. */
  readonly peak: number;
  /** SHA-256 of the shape and all values as they are stored. */
  readonly fingerprint: string;
  /** Samples by their numbers, in this order, float64 [rows, ...]; images on the scale 0..255. */
  read(rows: ArrayLike<number>): Promise<Float64Array>;
  nameOf(row: number): string;
}

export interface StreamOptions {
  /** Of images, see `ImageOptions`. */
  readonly size?: string | undefined;
  /** At most so many samples, from the front. @default all */
  readonly limit?: number | undefined;
  /** Called between pieces of the first pass. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** Read at once in the first pass. */
const PIECE_BYTES = 2 ** 24;
/** The value of a white pixel. */
const WHITE = 255;

/**
 * A stream of masses. All samples are read once, in pieces, before anything is made of them: what is no mass is refused then and not
 * in the middle of a run, and by the values that were seen the data are known again. Scales images as `loadImages` does.
 *
 * @throws InputError for values that are negative or not finite and for samples without mass, by name
 */
export async function openStream(source: RowSource, options: StreamOptions = {}): Promise<StreamDataset> {
  const { size, limit = Infinity, onProgress } = options;
  const isImages = source.kind === "images";
  if (size !== undefined && !isImages) {
    throw new InputError(
      `${source.path}: a size (${size}) is for images, this is a ${source.kind} data set; leave it out`,
    );
  }
  const count = Math.min(source.shape[0], limit);
  const stored = source.shape.slice(1);
  const { largest, fingerprint } = await lookThrough(source, count, onProgress);
  const isScaled = !isImages || source.is8bit || (largest > 1 && largest <= WHITE);
  const target = size === undefined ? undefined : parseSize(size);

  return {
    kind: "stream",
    name: basename(source.path),
    samples: source.kind,
    shape: [count, ...(target ?? stored)],
    peak: isImages ? WHITE : largest,
    fingerprint,
    async read(rows) {
      const values = await source.read(rows);
      if (!isScaled) for (let i = 0; i < values.length; i++) values[i] *= WHITE / largest;
      return target ? resizeArea(ndarray(values, [rows.length, ...stored]), target).data : values;
    },
    nameOf: (row) => source.nameOf(row),
  };
}

/** Some samples of a stream in memory, evenly spaced; all of them where there are no more. */
export async function sampleOf(stream: StreamDataset, most: number): Promise<SampleDataset> {
  const [points, ...rest] = stream.shape;
  const count = Math.min(most, points);
  const rows = Array.from({ length: count }, (_, k) => Math.floor((k * points) / count));
  const values = ndarray(await stream.read(rows), [count, ...rest]);
  const common = { name: stream.name, values, names: rows.map((row) => stream.nameOf(row)) };
  return stream.samples === "matrix"
    ? { ...common, kind: "matrix", features: numbered(rest[0]) }
    : { ...common, kind: stream.samples };
}

/** The first pass: largest value and fingerprint. */
async function lookThrough(source: RowSource, count: number, onProgress: StreamOptions["onProgress"]) {
  const length = sizeOf(source.shape.slice(1));
  const piece = Math.max(1, Math.floor(PIECE_BYTES / (length * Float64Array.BYTES_PER_ELEMENT)));
  const hash = createHash("sha256").update([count, ...source.shape.slice(1)].join("x"));
  let largest = 0;
  for (let from = 0; from < count; from += piece) {
    const rows = Array.from({ length: Math.min(piece, count - from) }, (_, index) => from + index);
    const values = await source.read(rows);
    for (const [index, row] of rows.entries()) {
      largest = Math.max(largest, requireMasses(source, row, values.subarray(index * length, (index + 1) * length)));
    }
    hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    onProgress?.(from + rows.length, count);
    await pause();
  }
  return { largest, fingerprint: hash.digest("hex") };
}

/** The largest value of a sample. */
function requireMasses({ path, nameOf }: RowSource, row: number, values: Float64Array): number {
  let largest = 0;
  for (const value of values) {
    if (!(value >= 0 && value < Infinity)) {
      throw new InputError(`${path}: sample ${nameOf(row)}: expected nonnegative numbers, got ${value}`);
    }
    largest = Math.max(largest, value);
  }
  if (largest > 0) return largest;
  throw new InputError(`${path}: sample ${nameOf(row)} is all zero, expected some mass; leave it out`);
}
