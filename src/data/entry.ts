import type { Dataset, SampleDataset } from "./dataset.ts";
import type { DownloadOptions } from "./download.ts";

/** What a person may say about a data set known by name. Each entry uses what applies to it. */
export interface DatasetOptions extends DownloadOptions {
  /** Drives generated data; the same seed gives the same values. @default 0 */
  readonly seed?: number;
  /** Image size "64" or "68x60" (width x height), or grid points "100" on a line. @default the set's own */
  readonly size?: string;
  /** Which part of a set that comes in two. @default "test" */
  readonly split?: "train" | "test";
  /** At most so many samples, from the front. @default all */
  readonly limit?: number;
}

/** A data set known by name: one line about it, and how to get it. */
export interface DatasetEntry<D extends Dataset = SampleDataset> {
  /** One line for `--help`: what it is, shape, count, size of a download. */
  readonly description: string;
  /** Makes or fetches it. Throws InputError for an option that does not fit, RunError without a network. */
  readonly load: (options: DatasetOptions) => Promise<D>;
}
