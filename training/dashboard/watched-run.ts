import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { MANIFEST_FILE } from "../../checkpoints/checkpoint.ts";
import { RESULT_FOLDER } from "../../checkpoints/export.ts";
import { latestCheckpoint } from "../../checkpoints/locate.ts";
import { components } from "../components/index.ts";
import { CONFIG_FILE, METRICS_FILE } from "../run-directory.ts";
import { holderIn, isAlive, LOCK_FILE, type Holder } from "../run-lock.ts";
import type { FoundRun } from "./folder.ts";
import { readInside, readRecord } from "./inside.ts";
import type { RunDetails, RunState, RunSummary } from "./messages.ts";
import { MetricsTail } from "./metrics-tail.ts";
import { mainMetric } from "./panels.ts";
import { spread } from "./thin.ts";

/** Larger ones are none that otlearn has written; they are refused before they are read. */
const MOST_BYTES = { config: 2 ** 20, lock: 2 ** 12, manifest: 2 ** 23, summary: 2 ** 23 } as const;
/** Rows that the list keeps of a run, for its curve and the last figures. */
const LIST_TAIL = { most: 120, mostBytes: 2 ** 18 } as const;
const SPARK_POINTS = 60;

/** A file's value, read again only when the file has changed. */
class Cached<T> {
  #key: string | undefined;
  #value: T | undefined;

  async get(path: string, read: () => Promise<T>): Promise<T | undefined> {
    const key = await fileVersion(path);
    if (key === undefined || key !== this.#key) this.#value = undefined;
    if (key !== undefined && key !== this.#key) this.#value = await read();
    this.#key = key;
    return this.#value;
  }
}

/** Changes with a file; undefined where there is none. */
async function fileVersion(path: string): Promise<string | undefined> {
  const stats = await stat(path).catch(() => undefined);
  return stats && `${stats.mtimeMs}-${stats.size}-${stats.ino}`;
}

/** One run as its files show it from moment to moment. What is wrong with them is part of what is shown. */
export class WatchedRun {
  readonly found: FoundRun;
  readonly #root: string;
  readonly #tail: MetricsTail;
  readonly #config = new Cached<Record<string, unknown>>();
  readonly #summary = new Cached<Record<string, unknown>>();
  readonly #end = new Cached<boolean>();
  task: string | undefined;
  /** Set when its process was asked to stop; goes with the lock. */
  isStopping = false;
  /** Set while a process is about to go on with it; goes when that has the lock. */
  isStarting = false;
  /** Why the last attempt to go on with it failed. */
  failure: string | undefined;

  constructor(root: string, found: FoundRun) {
    this.#root = root;
    this.found = found;
    this.#tail = new MetricsTail({ root, path: join(found.path, METRICS_FILE), ...LIST_TAIL });
  }

  /** The process that writes the run, where one is alive. */
  async holder(): Promise<Holder | undefined> {
    const text = await readInside(this.#root, join(this.found.path, LOCK_FILE), MOST_BYTES.lock).catch(() => undefined);
    const holder = holderIn(text);
    return holder && (await isAlive(holder)) ? holder : undefined;
  }

  /** Looks at the files. Never throws. */
  async look(): Promise<RunSummary> {
    const { id, name, path } = this.found;
    const problems: string[] = [];
    const config = await attempt(problems, () => this.#readConfig());
    await attempt(problems, () => this.#tail.poll());
    const { damaged, latest } = this.#tail;
    if (damaged > 0)
      problems.push(`${METRICS_FILE}: damaged, lines that are no rows of metrics are left out: ${damaged}`);
    const step = latest["step"] ?? 0;
    this.task = textOf(config?.["task"]);
    const metric = mainMetric(this.task, latest);
    const steps = typeof config?.["steps"] === "number" ? config["steps"] : undefined;
    const { failure } = this; // before the state, so that a run which has failed is not said to be starting
    const state = config ? await this.#state(step, steps) : "unreadable";
    const options = (config?.["options"] ?? {}) as Readonly<Record<string, unknown>>;
    return {
      id,
      name,
      state,
      problems,
      task: this.task,
      dataset: datasetName(this.task ?? "", options),
      created: textOf(config?.["created"]),
      step,
      steps,
      metrics: latest,
      spark: spread(this.#tail.rows, SPARK_POINTS).map((row) => (metric === undefined ? null : (row[metric] ?? null))),
      report: await fileVersion(join(path, "report.html")),
      failure,
    };
  }

  /** Options and results. Throws InputError for files that cannot be read. */
  async details(): Promise<RunDetails> {
    const config = await this.#readConfig();
    const file = join(this.found.path, RESULT_FOLDER, "summary.json");
    const summary = await this.#summary.get(file, () => readRecord(this.#root, file, MOST_BYTES.summary));
    const { options, ...rest } = config;
    return { options: { ...(options as object), ...rest }, summary };
  }

  async #readConfig(): Promise<Record<string, unknown>> {
    const file = join(this.found.path, CONFIG_FILE);
    const config = await this.#config.get(file, () => readRecord(this.#root, file, MOST_BYTES.config));
    return config ?? readRecord(this.#root, file, MOST_BYTES.config); // says why there is none
  }

  async #state(step: number, steps: number | undefined): Promise<RunState> {
    const isHeld = (await this.holder()) !== undefined;
    if (isHeld) this.isStarting = false;
    else this.isStopping = false;
    const isDone = steps === undefined ? await this.#hasResult() : step >= steps || (await this.#hasEnded());
    if (isHeld) return isDone ? "writing" : this.isStopping ? "stopping" : "running";
    if (this.isStarting) return "starting";
    return isDone ? "finished" : "interrupted";
  }

  /** All that tells of the end of a run that does not know its steps. */
  async #hasResult(): Promise<boolean> {
    return (await fileVersion(join(this.found.path, RESULT_FOLDER, "summary.json"))) !== undefined;
  }

  /** Whether the newest checkpoint says that the run is not to go on, though steps are left. */
  async #hasEnded(): Promise<boolean> {
    const checkpoint = await latestCheckpoint(join(this.found.path, "checkpoints")).catch(() => undefined);
    if (checkpoint === undefined) return false;
    const file = join(checkpoint, MANIFEST_FILE);
    const read = async () => {
      const { loop } = await readRecord(this.#root, file, MOST_BYTES.manifest);
      return ((loop ?? {}) as { readonly end?: unknown }).end instanceof Object;
    };
    return (await this.#end.get(file, () => read().catch(() => false))) ?? false;
  }
}

/** The data by a short name: of a file without its folders, of two sets both. */
function datasetName(task: string, options: Readonly<Record<string, unknown>>): string | undefined {
  const pair = [options["x"], options["y"]].map(textOf);
  const files = [options["data"]]
    .map(textOf)
    .concat(pair)
    .filter((path) => path !== undefined);
  if (files.length > 0) return files.map((path) => basename(path)).join(" and ");
  return textOf(options["dataset"]) ?? (Object.hasOwn(components, task) ? components[task].defaultDataset : undefined);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What `make` returns; where it throws, undefined and a line among the problems. */
async function attempt<T>(problems: string[], make: () => Promise<T>): Promise<T | undefined> {
  try {
    return await make();
  } catch (error) {
    problems.push((error as Error).message.split("\n")[0]);
    return undefined;
  }
}
