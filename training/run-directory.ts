import { existsSync, join } from "#platform/files";
import { CHECKPOINTS_FOLDER } from "../checkpoints/locate.ts";
import { RESULT_FOLDER } from "../checkpoints/export.ts";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { makeFolder } from "../src/files/folder.ts";
import { readText } from "../src/files/read.ts";
import { InputError } from "../src/errors.ts";
import type { Adapter } from "../src/tensor/webgpu-adapter.ts";
import { version } from "../src/version.ts";
import { requireVacant } from "./run-folder.ts";
import { lockRun } from "./run-lock.ts";

export const CONFIG_FILE = "config.json";
export const METRICS_FILE = "metrics.jsonl";

/** `config.json`: what a run was asked to do, complete enough to repeat it. */
export interface RunConfig {
  /** Version of otlearn that started the run. */
  readonly otlearn: string;
  /** When it was started, ISO 8601. */
  readonly created: string;
  readonly task: string;
  /** Steps after which the run is complete. Not in runs of otlearn before 0.7. */
  readonly steps?: number;
  readonly seed: number;
  /** The backend in use, not "auto". */
  readonly backend: string;
  /** What that backend computes on, of `webgpu`: adapter and driver. */
  readonly adapter?: Adapter;
  /** The engine of the task's operator and the domain that it computes in. Not in runs of otlearn before 0.9. */
  readonly engine?: string;
  /** Backends that the run was begun with, the first one first; undefined where it has known no other. */
  readonly earlierBackends?: readonly string[];
  /** Every option with its resolved value, and the data set. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A folder with everything that belongs to one run. */
export interface RunDirectory {
  readonly path: string;
  readonly config: RunConfig;
  readonly metricsFile: string;
  readonly checkpointsFolder: string;
  /** Exists only once something is written there. */
  readonly resultFolder: string;
}

/** A run whose folder the loop makes once the first state of its task is there, so that a run that cannot start leaves none. */
export interface NewRun {
  create(): Promise<RunDirectory>;
}

/**
 * Creates the folder of a new run and writes `config.json`. Throws InputError where the folder holds a run or anything
 * else, or cannot be written; RunError where the disk is full.
 */
export async function createRunDirectory(
  path: string,
  config: Omit<RunConfig, "otlearn" | "created">,
): Promise<RunDirectory> {
  await requireNoRun(path);
  await makeFolder(path);
  const release = await lockRun(path);
  try {
    await requireNoRun(path); // another process may have been faster
    const complete: RunConfig = { otlearn: version, created: new Date().toISOString(), ...config };
    await writeConfig(path, complete);
    return runDirectory(path, complete);
  } finally {
    await release();
  }
}

/** Opens the folder of an earlier run. Throws InputError where it is none. */
export async function openRunDirectory(path: string): Promise<RunDirectory> {
  const file = configFile(path);
  if (!existsSync(file)) throw new InputError(`${path}: not a run directory, it has no ${CONFIG_FILE}`);
  const text = await readText(file);
  let config: Partial<RunConfig> | null;
  try {
    config = JSON.parse(text) as Partial<RunConfig> | null;
  } catch {
    throw new InputError(`${file}: damaged, not JSON`);
  }
  for (const [field, type] of Object.entries({
    task: "string",
    seed: "number",
    backend: "string",
    options: "object",
  })) {
    const value = config?.[field as keyof RunConfig];
    if (typeof value !== type || value === null) {
      throw new InputError(`${file}: damaged or foreign, ${field} is ${JSON.stringify(value)}, expected ${type}`);
    }
  }
  return runDirectory(path, config as RunConfig);
}

/** The run with other fields, in `config.json` too: where files lie that moved, what computes from now on. The run should be locked. */
export async function updateConfig(
  { path, config }: RunDirectory,
  changes: Partial<Omit<RunConfig, "otlearn" | "created" | "task">>,
): Promise<RunDirectory> {
  const updated = { ...config, ...changes };
  await writeConfig(path, updated);
  return runDirectory(path, updated);
}

/** Throws InputError where a folder cannot become that of a new run, since it holds a run or anything else. */
export async function requireNoRun(path: string): Promise<void> {
  if (existsSync(configFile(path)))
    throw new InputError(`${path}: already holds a run; resume it or choose another folder`);
  await requireVacant(path);
}

function configFile(run: string): string {
  return join(run, CONFIG_FILE);
}

/** `runs/<task>-<dataset>-<time>`, where a run goes without `--out`. */
export function defaultRunPath(task: string, dataset: string, time = new Date()): string {
  const stamp = time.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return join("runs", `${task}-${dataset.replaceAll(/[^\w.]+/g, "-")}-${stamp}`);
}

async function writeConfig(path: string, config: RunConfig): Promise<void> {
  await writeFileAtomic(configFile(path), `${JSON.stringify(config, null, 2)}\n`);
}

function runDirectory(path: string, config: RunConfig): RunDirectory {
  return {
    path,
    config,
    metricsFile: join(path, METRICS_FILE),
    checkpointsFolder: join(path, CHECKPOINTS_FOLDER),
    resultFolder: join(path, RESULT_FOLDER),
  };
}
