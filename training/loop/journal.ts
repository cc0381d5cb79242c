import { readCheckpoint, type Checkpoint } from "../../checkpoints/checkpoint.ts";
import { locateCheckpoint } from "../../checkpoints/locate.ts";
import { CheckpointStore, type Retention } from "../../checkpoints/store.ts";
import { InputError } from "../../src/errors.ts";
import type { RunDirectory } from "../run-directory.ts";
import { MetricsLog, type MetricsRow } from "./metrics-log.ts";

export interface JournalOptions {
  /** Without one, nothing is written. */
  readonly run?: RunDirectory;
  /** True: from the run's newest checkpoint, from the start if it has none. A path: from that run or checkpoint. */
  readonly resume?: boolean | string;
  readonly retention: Retention;
  /** The task that a checkpoint must belong to. */
  readonly task: string;
}

interface Disk {
  readonly store: CheckpointStore;
  readonly log: MetricsLog;
}

/** What a training loop leaves on disk: the metrics log and the checkpoints; nothing without a run directory. */
export class Journal {
  /** Where the run goes on from, or undefined at its start. */
  readonly start: Checkpoint | undefined;
  /** Folder of the last checkpoint written or resumed from. */
  lastCheckpoint: string | undefined;
  readonly #disk: Disk | undefined;

  private constructor(start: Checkpoint | undefined, lastCheckpoint: string | undefined, disk?: Disk) {
    this.start = start;
    this.lastCheckpoint = lastCheckpoint;
    this.#disk = disk;
  }

  /**
   * Finds where to start, and makes log and checkpoints agree with it: whatever lies after that step is cut off. Throws
   * InputError for a run that has steps but is not to be resumed, or a checkpoint that cannot be used.
   */
  static async open({ run, resume = false, retention, task }: JournalOptions): Promise<Journal> {
    const store = run && (await CheckpointStore.open(run.checkpointsFolder, retention));
    if (!resume && store && store.steps.length > 0) {
      throw new InputError(`${run.path}: already holds step ${store.steps.at(-1)}; resume it or choose another folder`);
    }
    const folder = typeof resume === "string" ? await locateCheckpoint(resume) : await store?.latest();
    const start = folder === undefined ? undefined : await readCheckpoint(folder, task);
    if (!run || !store) return new Journal(start, folder);

    const step = start?.step ?? 0;
    await store.discardAfter(step);
    return new Journal(start, folder, { store, log: await MetricsLog.open(run.metricsFile, step) });
  }

  /** False where the run leaves nothing on disk. */
  get writes(): boolean {
    return this.#disk !== undefined;
  }

  async append(row: MetricsRow): Promise<void> {
    await this.#disk?.log.append(row);
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    if (!this.#disk) return;
    await this.#disk.log.flush(); // a checkpoint never outlives the lines before it
    this.lastCheckpoint = await this.#disk.store.save(checkpoint);
  }

  async close(): Promise<void> {
    await this.#disk?.log.close();
  }
}
