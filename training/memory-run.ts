import { encodeCheckpoint, type Checkpoint } from "../checkpoints/checkpoint.ts";
import { CHECKPOINTS_FOLDER, stepFolder } from "../checkpoints/locate.ts";
import type { MetricsRow } from "../models/task.ts";
import { shapeOf, type Dataset } from "../src/data/dataset.ts";
import { fingerprintOf } from "../src/data/fingerprint.ts";
import { encodeNpy } from "../src/data/npy.ts";
import { zip } from "../src/data/zip.ts";
import { InputError } from "../src/errors.ts";
import { concat } from "../src/files/pieces.ts";
import type { NdArray } from "../src/tensor/ndarray.ts";
import { version } from "../src/version.ts";
import { CONFIG_FILE, METRICS_FILE, type RunConfig } from "./run-directory.ts";

/** Where the data lie that no name leads to. */
const DATA_FILE = "data.npy";

/** What a run in memory is told of itself, as `config.json` has it. */
export interface MemoryRunSettings extends Omit<RunConfig, "otlearn" | "created"> {
  /** The data that it is trained on. Where `options.dataset` does not name them, the archive holds them. */
  readonly dataset: Dataset;
}

type ArchiveFile = readonly [path: string, content: Uint8Array];

/**
 * A run that is kept in memory, for pages: the metrics and the newest checkpoint, which at any time can be had as a run directory in a
 * zip archive. `otlearn eval` takes that, and `otlearn train --resume` goes on with what it unpacks to.
 */
export class MemoryRun {
  readonly config: RunConfig;
  readonly #inputs: readonly ArchiveFile[];
  readonly #rows: MetricsRow[] = [];
  #checkpoint: readonly ArchiveFile[] = [];

  private constructor(config: RunConfig, inputs: readonly ArchiveFile[]) {
    this.config = config;
    this.#inputs = inputs;
  }

  /** Throws InputError for data without a name that are two sets. */
  static async create({ dataset, options: own, ...settings }: MemoryRunSettings): Promise<MemoryRun> {
    const isNamed = own["dataset"] !== undefined;
    if (!isNamed && dataset.kind === "pair") throw new InputError(`${dataset.name}: a pair needs a name to be kept`);
    const options = {
      ...own,
      ...(isNamed ? {} : { data: DATA_FILE }),
      dataShape: shapeOf(dataset),
      dataFingerprint: await fingerprintOf(dataset),
      fileFingerprints: {},
      fromRun: isNamed ? {} : { data: DATA_FILE },
    };
    const config = { otlearn: version, created: new Date().toISOString(), ...settings, options };
    return new MemoryRun(config, isNamed ? [] : [[DATA_FILE, encodeNpy((dataset as { values: NdArray }).values)]]);
  }

  append(row: MetricsRow): void {
    this.#rows.push(row);
  }

  /** Keeps a checkpoint in place of the one before. */
  async save(checkpoint: Checkpoint): Promise<void> {
    const folder = `${CHECKPOINTS_FOLDER}/${stepFolder(checkpoint.step)}`;
    // copies: the state may change before anybody asks for the archive
    this.#checkpoint = Array.from(await encodeCheckpoint(checkpoint), ([name, chunks]) => [
      `${folder}/${name}`,
      concat(chunks),
    ]);
  }

  /** The run directory as the bytes of a zip archive, with the newest checkpoint. */
  zip(): Uint8Array<ArrayBuffer> {
    const text = (content: string): Uint8Array => new TextEncoder().encode(content);
    return zip([
      [CONFIG_FILE, text(`${JSON.stringify(this.config, null, 2)}\n`)],
      [METRICS_FILE, text(this.#rows.map((row) => `${JSON.stringify(row)}\n`).join(""))],
      ...this.#inputs,
      ...this.#checkpoint,
    ]);
  }
}
