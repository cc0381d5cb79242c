import { existsSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { readCheckpoint } from "../../checkpoints/checkpoint.ts";
import { CHECKPOINTS_FOLDER, isCheckpoint, locateCheckpoint } from "../../checkpoints/locate.ts";
import type { TrainedRun } from "../../eval/evaluator.ts";
import type { Metrics } from "../../models/task.ts";
import { readText } from "../../src/files/read.ts";
import { InputError } from "../../src/errors.ts";
import { openRunDirectory } from "../run-directory.ts";

/** A run or one checkpoint of it, read for evaluation. */
export interface SavedRun extends TrainedRun {
  readonly task: string;
  /** tfjs backend of the run. */
  readonly backend: string;
  /** The run directory; results go there. */
  readonly path: string;
}

/** Reads a run directory (its newest checkpoint) or a checkpoint folder inside one. Throws InputError. */
export async function trainedRun(path: string): Promise<SavedRun> {
  const folder = await locateCheckpoint(path);
  const { run: runPath } = locateRun(folder);
  const [run, checkpoint] = await Promise.all([openRunDirectory(runPath), readCheckpoint(folder)]);
  const history = await readHistory(run.metricsFile);
  return {
    name: basename(resolve(runPath)),
    task: run.config.task,
    backend: run.config.backend,
    path: runPath,
    config: run.config,
    state: checkpoint.state,
    history: history.filter((row) => row["step"] <= checkpoint.step),
  };
}

/** The run directory that a path means, and the checkpoint where it names one: `runs/x/checkpoints/step-000010`. */
export function locateRun(path: string): { readonly run: string; readonly checkpoint?: string } {
  const parent = dirname(path);
  if (!isCheckpoint(path) || basename(parent) !== CHECKPOINTS_FOLDER) return { run: path };
  return { run: dirname(parent), checkpoint: path };
}

/** The rows of `metrics.jsonl`; a last line that a kill cut short is passed over. Throws InputError. */
async function readHistory(file: string): Promise<Metrics[]> {
  if (!existsSync(file)) return [];
  const lines = (await readText(file)).split("\n").slice(0, -1);
  return lines.map((line, index) => {
    try {
      return JSON.parse(line) as Metrics;
    } catch {
      throw new InputError(`${file}: damaged, line ${index + 1} is not JSON; restore it, or remove it`);
    }
  });
}
