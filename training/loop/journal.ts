import { readCheckpoint, type Checkpoint } from "../../checkpoints/checkpoint.ts";
import { locateCheckpoint } from "../../checkpoints/locate.ts";
import { CheckpointStore, type Retention } from "../../checkpoints/store.ts";
import type { MetricsRow } from "../../models/task.ts";
import { InputError } from "../../src/errors.ts";
import { MemoryRun } from "../memory-run.ts";
import type { NewRun, RunConfig, RunDirectory } from "../run-directory.ts";
import { lockRun } from "../run-lock.ts";
import { MetricsLog } from "./metrics-log.ts";

export interface JournalOptions {
  /** Without one, nothing is kept. */
  readonly run?: RunDirectory | NewRun | MemoryRun;
  /** True: from the run's newest checkpoint, from the start if it has none. A path: from that run or checkpoint. */
  readonly resume?: boolean | string;
  readonly retention: Retention;
  /** The task that a checkpoint must belong to. */
  readonly task: string;
}

interface Disk {
  readonly run: RunDirectory;
  readonly store: CheckpointStore;
  /** Gives the run back to other processes. */
  release(): Promise<void>;
}

/**
 * What a training loop leaves on disk, or in the memory of a page: the metrics log and the checkpoints. It is opened in two
 * steps, since the first state of the task is made in between: `open` finds where to start, `begin` makes what is there agree
 * with it. Until `begin`, nothing that a run has done is touched, and a new run leaves no trace.
 */
export class Journal {
  /** Where the run goes on from, or undefined at its start. */
  readonly start: Checkpoint | undefined;
  /** Folder of the last checkpoint written or resumed from. */
  lastCheckpoint: string | undefined;
  readonly #options: JournalOptions;
  #disk: Disk | undefined;
  #log: MetricsLog | undefined;

  private constructor(options: JournalOptions, disk?: Disk, start?: { folder: string; checkpoint: Checkpoint }) {
    this.#options = options;
    this.#disk = disk;
    this.start = start?.checkpoint;
    this.lastCheckpoint = start?.folder;
  }

  /**
   * Locks a run that is there already, and reads where to start. Throws InputError for a run that another process writes, or that
   * has steps but is not to be resumed, or a checkpoint that cannot be used.
   */
  static async open(options: JournalOptions): Promise<Journal> {
    const { run, resume = false, retention, task } = options;
    const disk = run && "path" in run ? await openDisk(run, retention) : undefined;
    try {
      const steps = disk?.store.steps ?? [];
      if (!resume && steps.length > 0) {
        throw new InputError(
          `${disk!.run.path}: already holds step ${steps.at(-1)}; resume it or choose another folder`,
        );
      }
      const folder = typeof resume === "string" ? await locateCheckpoint(resume) : await disk?.store.latest();
      const start = folder === undefined ? undefined : { folder, checkpoint: await readCheckpoint(folder, task) };
      return new Journal(options, disk, start);
    } catch (error) {
      await disk?.release();
      throw error;
    }
  }

  /** Makes a new run's folder; cuts off whatever an earlier process did after the step that this one starts from. */
  async begin(): Promise<void> {
    const { run, retention } = this.#options;
    if (run && "create" in run) this.#disk = await openDisk(await run.create(), retention);
    if (!this.#disk) return;
    const step = this.start?.step ?? 0;
    await this.#disk.store.discardAfter(step);
    this.#log = await MetricsLog.open(this.#disk.run.metricsFile, step);
  }

  /** Where it is written; undefined before `begin` of a new run, and where the run leaves nothing on disk. */
  get run(): RunDirectory | undefined {
    return this.#disk?.run;
  }

  /** What the run was asked to do; undefined where nothing is kept of it. */
  get config(): RunConfig | undefined {
    return this.#disk?.run.config ?? this.#memory?.config;
  }

  async append(row: MetricsRow): Promise<void> {
    this.#memory?.append(row);
    await this.#log?.append(row);
  }

  async save(checkpoint: Checkpoint): Promise<void> {
    await this.#memory?.save(checkpoint);
    if (!this.#disk) return;
    await this.#log?.flush(); // a checkpoint never outlives the lines before it
    this.lastCheckpoint = await this.#disk.store.save(checkpoint);
  }

  get #memory(): MemoryRun | undefined {
    const { run } = this.#options;
    return run instanceof MemoryRun ? run : undefined;
  }

  async close(): Promise<void> {
    await this.#log?.close();
    await this.#disk?.release();
  }
}

async function openDisk(run: RunDirectory, retention: Retention): Promise<Disk> {
  const release = await lockRun(run.path);
  try {
    return { run, store: await CheckpointStore.open(run.checkpointsFolder, retention), release };
  } catch (error) {
    await release();
    throw error;
  }
}
