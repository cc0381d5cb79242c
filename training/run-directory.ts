import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CHECKPOINTS_FOLDER } from "../checkpoints/locate.ts";
import { RESULT_FOLDER } from "../checkpoints/export.ts";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { fileError } from "../src/files/errors.ts";
import { makeFolder } from "../src/files/folder.ts";
import { readText } from "../src/files/read.ts";
import { InputError } from "../src/errors.ts";
import { version } from "../src/version.ts";

const CONFIG_FILE = "config.json";
const METRICS_FILE = "metrics.jsonl";

/** `config.json`: what a run was asked to do, complete enough to repeat it. */
export interface RunConfig {
  /** Version of otlearn that started the run. */
  readonly otlearn: string;
  /** When it was started, ISO 8601. */
  readonly created: string;
  readonly task: string;
  readonly seed: number;
  /** The backend in use, not "auto". */
  readonly backend: string;
  /** Every option with its resolved value, and the data set. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** A folder with everything that belongs to one run. */
export interface RunDirectory {
  readonly path: string;
  readonly config: RunConfig;
  readonly metricsFile: string;
  readonly checkpointsFolder: string;
  /** Exists only once something is written there; see `makeResultFolder`. */
  readonly resultFolder: string;
}

/**
 * Creates the folder of a new run and writes `config.json`. Throws InputError where the folder holds a run or anything
 * else, or cannot be written; RunError where the disk is full.
 */
export async function createRunDirectory(
  path: string,
  config: Omit<RunConfig, "otlearn" | "created">,
): Promise<RunDirectory> {
  if (existsSync(join(path, CONFIG_FILE))) {
    throw new InputError(`${path}: already holds a run; go on with --resume ${path} or choose another --out`);
  }
  await makeFolder(path);
  try {
    if ((await readdir(path)).length > 0) throw new InputError(`${path}: is not empty; choose another --out`);
  } catch (error) {
    throw fileError(path, error);
  }
  const complete: RunConfig = { otlearn: version, created: new Date().toISOString(), ...config };
  await writeFileAtomic(join(path, CONFIG_FILE), `${JSON.stringify(complete, null, 2)}\n`);
  return runDirectory(path, complete);
}

/** Opens the folder of an earlier run. Throws InputError where it is none. */
export async function openRunDirectory(path: string): Promise<RunDirectory> {
  const file = join(path, CONFIG_FILE);
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

/** `runs/<task>-<dataset>-<time>`, where a run goes without `--out`. */
export function defaultRunPath(task: string, dataset: string, time = new Date()): string {
  const stamp = time.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return join("runs", `${task}-${dataset.replaceAll(/[^\w.]+/g, "-")}-${stamp}`);
}

/** Creates `result/` where needed and returns its path. Throws InputError or RunError as `createRunDirectory`. */
export async function makeResultFolder({ resultFolder }: RunDirectory): Promise<string> {
  await makeFolder(resultFolder);
  return resultFolder;
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
