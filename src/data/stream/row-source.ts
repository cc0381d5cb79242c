import type { SampleDataset } from "../dataset.ts";

/** Samples that are read by their numbers, from a file or from memory, as they are there. */
export interface RowSource {
  /** Of its file or folder, for messages. */
  readonly path: string;
  readonly kind: SampleDataset["kind"];
  /** [M, ...] */
  readonly shape: readonly number[];
  /** Whether images are on the scale from 0 to 255 already, whatever their values. */
  readonly is8bit: boolean;
  /** The samples with these numbers [rows, ...], in this order. Throws InputError where they cannot be read any more. */
  read(rows: ArrayLike<number>): Promise<Float64Array>;
  nameOf(row: number): string;
}
