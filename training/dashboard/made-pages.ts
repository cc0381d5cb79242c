import { createHash } from "node:crypto";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InputError } from "../../src/errors.ts";
import { runChild } from "./child.ts";
import type { MadePage } from "./messages.ts";
import type { WatchedRun } from "./watched-run.ts";

/** Runs on one page of comparison. */
const MOST_COMPARED = 50;

/**
 * Pages that child processes make when somebody asks: what an unfinished run has learned so far, several runs beside each other.
 * One at a time, with low priority, in a temporary folder that goes with the dashboard.
 */
export class MadePages {
  readonly #command: readonly string[];
  readonly #show: (page: MadePage) => void;
  readonly #abort = new AbortController();
  #folder: Promise<string> | undefined;
  #isBusy = false;
  #made = 0;
  readonly #files = new Map<string, string>();

  /** @param show is told of each change */
  constructor(command: readonly string[], show: (page: MadePage) => void) {
    this.#command = command;
    this.#show = show;
  }

  /** A temporary folder, which goes with the dashboard. */
  folder(): Promise<string> {
    return (this.#folder ??= mkdtemp(join(tmpdir(), "otlearn-dashboard-")).then((made) => realpath(made)));
  }

  /** Begins a page of the runs. Throws InputError where another one is under way. */
  async make(runs: readonly WatchedRun[]): Promise<MadePage> {
    if (runs.length < 1 || runs.length > MOST_COMPARED) {
      throw new InputError(`expected 1 to ${MOST_COMPARED} runs, got ${runs.length}`);
    }
    if (this.#isBusy) throw new InputError("another page is being made; wait for its end");
    this.#isBusy = true;
    const ids = runs.map(({ found }) => found.id);
    const id = createHash("sha256").update(ids.join(" ")).digest("base64url").slice(0, 16);
    const page = { id, runs: ids, version: ++this.#made };
    this.#files.delete(id);
    this.#show({ ...page, state: "working" });
    void this.#make(id, runs)
      .then(
        (problem) => this.#show({ ...page, state: problem === undefined ? "ready" : "failed", problem }),
        (error: Error) => this.#show({ ...page, state: "failed", problem: error.message }),
      )
      .finally(() => (this.#isBusy = false));
    return { ...page, state: "working" };
  }

  /** The file of a page that is ready, and the folder that it lies in. */
  async find(id: string): Promise<{ readonly root: string; readonly file: string } | undefined> {
    const file = this.#files.get(id);
    return file === undefined ? undefined : { root: await this.folder(), file };
  }

  /** Ends what is under way and removes the pages. */
  async close(): Promise<void> {
    this.#abort.abort();
    if (this.#folder) await rm(await this.#folder, { recursive: true, force: true });
  }

  /** What went wrong, if anything. */
  async #make(id: string, runs: readonly WatchedRun[]): Promise<string | undefined> {
    const folder = await this.folder();
    const out = join(folder, id);
    await rm(out, { recursive: true, force: true });
    const paths = runs.map(({ found }) => found.path);
    const [file, args] =
      runs.length === 1
        ? [join(out, "report.html"), ["eval", paths[0], "--out", out]]
        : [`${out}.html`, ["report", ...paths, "--out", `${out}.html`]];
    const log = join(folder, `${id}.log`);
    const { status, said } = await runChild({
      command: this.#command,
      args: [...args, "--quiet"],
      log,
      lowPriority: true,
      signal: this.#abort.signal,
    });
    if (status !== 0) return said || `otlearn ended with status ${status}`;
    this.#files.set(id, file);
    return undefined;
  }
}
