import { realpath } from "node:fs/promises";
import { InputError } from "../../src/errors.ts";
import { fileError } from "../../src/files/errors.ts";
import { findRuns } from "./folder.ts";
import { FollowedRun, type Send } from "./followed-run.ts";
import type { Events, MadePage, RunSummary } from "./messages.ts";
import { WatchedRun } from "./watched-run.ts";

interface Viewer {
  readonly send: Send;
  /** Id of the run whose rows it wants. */
  readonly run: string | undefined;
}

interface Shown {
  readonly run: WatchedRun;
  readonly summary: RunSummary;
  /** The summary as text, to see whether it has changed. */
  readonly text: string;
}

/** Between two looks at the directory, while somebody watches. */
const INTERVAL_MS = 500;

/** Looks at a directory of runs for everybody who watches, and at nothing while nobody does. */
export class Watcher {
  /** Real path of the directory. */
  readonly root: string;
  readonly #viewers = new Set<Viewer>();
  readonly #runs = new Map<string, Shown>();
  readonly #followed = new Map<string, FollowedRun>();
  readonly #pages = new Map<string, MadePage>();
  #notes: readonly string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  private constructor(root: string) {
    this.root = root;
  }

  /** Throws InputError where there is no such folder. */
  static async open(directory: string): Promise<Watcher> {
    const root = await realpath(directory).catch((error: unknown) => {
      const fault = fileError(directory, error);
      throw fault instanceof InputError ? new InputError(`${fault.message}; name the folder that holds runs`) : fault;
    });
    await findRuns(root);
    return new Watcher(root);
  }

  /** How many watch. */
  get viewers(): number {
    return this.#viewers.size;
  }

  /** The runs as they are now. */
  async list(): Promise<readonly RunSummary[]> {
    await this.look();
    return this.#summaries();
  }

  /** A run by its id; undefined where there is none (any more). */
  async find(id: string): Promise<WatchedRun | undefined> {
    if (!this.#runs.has(id)) await this.look();
    return this.#runs.get(id)?.run;
  }

  /** Sends what is there, then what changes, until the returned function is called. @param run whose rows are wanted */
  async watch(send: Send, run?: string): Promise<() => void> {
    await this.look();
    const viewer = { send, run };
    const pages = [...this.#pages.values()];
    send("snapshot", { directory: this.root, runs: this.#summaries(), notes: this.#notes, pages });
    if (run !== undefined) this.#followed.get(run)?.replay(send);
    this.#viewers.add(viewer);
    this.#timer ??= setInterval(() => void (this.#looking ?? this.look()), INTERVAL_MS);
    void this.look(); // for the rows that nobody wanted before
    return () => {
      this.#viewers.delete(viewer);
      if (run !== undefined && ![...this.#viewers].some((other) => other.run === run)) this.#followed.delete(run);
      if (this.#viewers.size === 0) this.close();
    };
  }

  /** Tells everybody of a page that is being made. */
  showPage(page: MadePage): void {
    this.#pages.set(page.id, page);
    this.#tell("page", page);
  }

  /** Looks at the directory now. Looks do not overlap: it begins after the one that is under way. */
  async look(): Promise<void> {
    const own = (this.#looking ?? Promise.resolve()).then(() => this.#look());
    this.#looking = own;
    await own;
    if (this.#looking === own) this.#looking = undefined;
  }

  /** Stops looking. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#followed.clear();
  }

  async #look(): Promise<void> {
    const { runs, notes } = await findRuns(this.root).catch((error: Error) => ({ runs: [], notes: [error.message] }));
    const present = new Set(runs.map(({ id }) => id));
    for (const id of this.#runs.keys()) {
      if (present.has(id)) continue;
      this.#runs.delete(id);
      this.#followed.delete(id);
      this.#tell("gone", { run: id });
    }
    for (const found of runs) {
      const known = this.#runs.get(found.id);
      const run = known?.run ?? new WatchedRun(this.root, found);
      const summary = await run.look();
      const text = JSON.stringify(summary);
      this.#runs.set(found.id, { run, summary, text });
      if (text !== known?.text) this.#tell("run", summary);
    }
    if (notes.join("\n") !== this.#notes.join("\n")) this.#tell("notes", notes);
    this.#notes = notes;
    for (const id of new Set([...this.#viewers].map((viewer) => viewer.run))) {
      const shown = id === undefined ? undefined : this.#runs.get(id);
      if (shown) await this.#follow(shown.run);
    }
  }

  async #follow(run: WatchedRun): Promise<void> {
    const { id } = run.found;
    const followed = this.#followed.get(id) ?? new FollowedRun(this.root, run);
    this.#followed.set(id, followed);
    await followed.look((name, data) => {
      for (const viewer of this.#viewers) if (viewer.run === id) viewer.send(name, data);
    });
  }

  #summaries(): RunSummary[] {
    return [...this.#runs.values()].map(({ summary }) => summary);
  }

  #tell<Name extends keyof Events>(name: Name, data: Events[Name]): void {
    for (const { send } of this.#viewers) send(name, data);
  }
}
