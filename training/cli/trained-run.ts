import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readCheckpoint } from "../../checkpoints/checkpoint.ts";
import { CHECKPOINTS_FOLDER, locateCheckpoint } from "../../checkpoints/locate.ts";
import type { TrainedRun } from "../../eval/evaluator.ts";
import type { Metrics } from "../../models/task.ts";
import { readText } from "../../src/data/files.ts";
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
  const runPath = existsSync(join(path, "config.json")) ? path : runOf(folder);
  const [run, checkpoint] = await Promise.all([openRunDirectory(runPath), readCheckpoint(folder)]);
  const history = await readHistory(run.metricsFile);
  return {
    name: basename(runPath),
    task: run.config.task,
    backend: run.config.backend,
    path: runPath,
    config: run.config,
    state: checkpoint.state,
    history: history.filter((row) => row["step"] <= checkpoint.step),
  };
}

/** `runs/x/checkpoints/step-000010` -> `runs/x` */
function runOf(checkpoint: string): string {
  const parent = dirname(checkpoint);
  return basename(parent) === CHECKPOINTS_FOLDER ? dirname(parent) : parent;
}

/** The rows of `metrics.jsonl`; a last line that a kill cut short is passed over. */
async function readHistory(file: string): Promise<Metrics[]> {
  if (!existsSync(file)) return [];
  const lines = (await readText(file)).split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Metrics);
}
