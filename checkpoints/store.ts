import { existsSync, join, mkdir, readdir, rename, rm, symlink } from "#platform/files";
import { fileError } from "../src/files/errors.ts";
import { makeFolder, syncFolder } from "../src/files/folder.ts";
import { readManifest, writeCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { LATEST_LINK, latestCheckpoint, listCheckpoints, stepFolder } from "./locate.ts";

export type Goal = "min" | "max";

export interface Retention {
  /** Newest checkpoints kept, at least 1. @default 3 */
  readonly keepLast?: number;
  /** Also keep the one whose metric is lowest or highest; the earlier one of equals. @default none */
  readonly best?: { readonly metric: string; readonly goal: Goal };
}

/**
 * Folders of work in progress carry a dot, the step and one of these endings. A kill leaves at most one behind; what it
 * means decides what the next start does with it.
 */
const PARTIAL = ".partial"; // a checkpoint being written: removed
const REPLACED = ".replaced"; // the former checkpoint of a step being written again: put back if its name is free
const REMOVED = ".removed"; // a checkpoint being deleted: removed
const LEFTOVER = new RegExp(`^\\.(step-\\d+)(\\${PARTIAL}|\\${REPLACED}|\\${REMOVED})$`);

/**
 * The checkpoints of one run: `step-000010/{manifest.json,state.safetensors}` and the link `latest`. A checkpoint is
 * written under a temporary name, flushed, and renamed, so that a kill at any moment leaves the last complete one
 * readable. One process writes; any number may read (see locate.ts).
 */
export class CheckpointStore {
  readonly folder: string;
  readonly #keepLast: number;
  readonly #best: Retention["best"];
  /** Steps that are there, with the value of the metric that "best" goes by. */
  readonly #values = new Map<number, number | undefined>();

  private constructor(folder: string, { keepLast = 3, best }: Retention) {
    this.folder = folder;
    this.#keepLast = Math.max(1, keepLast);
    this.#best = best;
  }

  /**
   * Opens a folder, creating it where needed; clears what a killed write left and points `latest` to the newest
   * complete checkpoint. Throws InputError (read-only, no folder) or RunError (disk full).
   */
  static async open(folder: string, retention: Retention = {}): Promise<CheckpointStore> {
    const store = new CheckpointStore(folder, retention);
    await makeFolder(folder);
    try {
      await store.#clearLeftovers();
      const steps = await listCheckpoints(folder);
      for (const step of steps) {
        // A damaged manifest takes no part in "best"; it is reported when someone loads it.
        const manifest = store.#best && (await readManifest(store.path(step)).catch(() => undefined));
        store.#values.set(step, store.#metricOf(manifest?.metrics));
      }
      if (steps.length > 0) await store.#link(steps.at(-1)!);
    } catch (error) {
      throw fileError(folder, error);
    }
    return store;
  }

  /** Steps of the complete checkpoints, ascending. */
  get steps(): readonly number[] {
    return [...this.#values.keys()].sort((a, b) => a - b);
  }

  path(step: number): string {
    return join(this.folder, stepFolder(step));
  }

  /** Folder of the newest complete checkpoint. */
  latest(): Promise<string | undefined> {
    return latestCheckpoint(this.folder);
  }

  /** Step of the checkpoint with the best metric; undefined without one. */
  get best(): number | undefined {
    const sign = this.#best?.goal === "max" ? -1 : 1;
    const candidates = this.steps.filter((step) => Number.isFinite(this.#values.get(step)));
    if (candidates.length === 0) return undefined;
    return candidates.reduce((best, step) =>
      sign * this.#values.get(step)! < sign * this.#values.get(best)! ? step : best,
    );
  }

  /**
   * Writes a checkpoint, moves `latest`, and removes those that are neither among the newest nor the best. Replaces one
   * of the same step. Returns its folder. Throws InputError (read-only) or RunError (disk full), in which case the
   * earlier checkpoints are as they were.
   */
  async save(checkpoint: Checkpoint): Promise<string> {
    const { step } = checkpoint;
    const target = this.path(step);
    const partial = this.#working(step, PARTIAL);
    try {
      await rm(partial, { recursive: true, force: true });
      await mkdir(partial);
      await writeCheckpoint(partial, checkpoint);
      if (existsSync(target)) await rename(target, this.#working(step, REPLACED));
      await rename(partial, target);
      await syncFolder(this.folder);
      await this.#link(step);
      await rm(this.#working(step, REPLACED), { recursive: true, force: true });
      this.#values.set(step, this.#metricOf(checkpoint.metrics));
      await this.#prune();
    } catch (error) {
      await rm(partial, { recursive: true, force: true }).catch(() => undefined); // the first error is the one to report
      throw fileError(target, error);
    }
    return target;
  }

  /** Removes the checkpoints after a step: those of a future that a run resumed at `step` leaves behind. */
  async discardAfter(step: number): Promise<void> {
    const later = this.steps.filter((candidate) => candidate > step);
    if (later.length === 0) return;
    try {
      if (this.#values.has(step)) await this.#link(step);
      for (const candidate of later.reverse()) await this.#remove(candidate);
    } catch (error) {
      throw fileError(this.folder, error);
    }
  }

  #metricOf(metrics: unknown): number | undefined {
    const value = this.#best && (metrics as Record<string, unknown> | undefined)?.[this.#best.metric];
    return typeof value === "number" ? value : undefined;
  }

  #working(step: number, ending: string): string {
    return join(this.folder, `.${stepFolder(step)}${ending}`);
  }

  async #prune(): Promise<void> {
    const { steps, best } = this;
    for (const step of steps.slice(0, -this.#keepLast)) {
      if (step !== best) await this.#remove(step);
    }
  }

  /** Renamed first, so that a kill in the middle does not leave half a checkpoint under a good name. */
  async #remove(step: number): Promise<void> {
    const removed = this.#working(step, REMOVED);
    await rename(this.path(step), removed);
    this.#values.delete(step);
    await rm(removed, { recursive: true, force: true });
  }

  /** Points `latest` to a step, in one move. Where links are not allowed, readers look for the highest step. */
  async #link(step: number): Promise<void> {
    const temporary = join(this.folder, `.${LATEST_LINK}`);
    try {
      await rm(temporary, { force: true });
      await symlink(stepFolder(step), temporary, "dir");
      await rename(temporary, join(this.folder, LATEST_LINK));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== "EPERM" && code !== "ENOSYS" && code !== "ENOTSUP") throw error;
      await rm(join(this.folder, LATEST_LINK), { force: true }); // no link rather than an old one
    }
  }

  async #clearLeftovers(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const [, step, ending] = LEFTOVER.exec(name) ?? [];
      if (step === undefined) continue;
      const leftover = join(this.folder, name);
      if (ending === REPLACED && !existsSync(join(this.folder, step))) {
        await rename(leftover, join(this.folder, step));
      } else {
        await rm(leftover, { recursive: true, force: true });
      }
    }
  }
}
