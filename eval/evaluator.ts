import { join } from "node:path";
import type { Dataset } from "../src/data/dataset.ts";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { makeFolder } from "../src/files/folder.ts";
import { writeNpy } from "../src/data/npy.ts";
import type { NdArray } from "../src/tensor/ndarray.ts";
import type { StateTree } from "../src/tensor/tree.ts";
import type { Metrics } from "../models/task.ts";
import { toPng, type Picture } from "./pictures/picture.ts";
import { renderReport, type Report } from "./report.ts";

/** A trained run or a checkpoint of one, as plain data. */
export interface TrainedRun {
  /** Name of the run or checkpoint, for titles. */
  readonly name: string;
  readonly config: {
    /** Every resolved option of the run, as in `config.json`. */
    readonly options: Readonly<Record<string, unknown>>;
  };
  /** The state that the task saved. */
  readonly state: StateTree;
  /** `metrics.jsonl`, an entry a step; empty where only a checkpoint is given. */
  readonly history: readonly Metrics[];
}

/** What a run is evaluated on. */
export interface EvaluationInput {
  readonly dataset: Dataset;
  /** Whether the run was trained on it; the state then holds what belongs to each data point. */
  readonly isTrainingData: boolean;
}

/** What an evaluator found, before anything is written. */
export interface Evaluation {
  /** `result/summary.json`. Numbers that are not finite are written as null; see `jsonNumber` for figures that may be infinite. */
  readonly summary: Readonly<Record<string, unknown>>;
  /** `result/<name>.npy` */
  readonly arrays: Readonly<Record<string, NdArray>>;
  /** `result/<name>.png` */
  readonly pictures: Readonly<Record<string, Picture>>;
  /** `result/<name>.tsv`: tables of text, tab-separated. @default none */
  readonly tables?: Readonly<Record<string, string>>;
  /** `report.html` */
  readonly report: Report;
}

/** One a component: turns a trained run into figures, arrays, pictures and a report. Changes nothing on disk. */
export interface Evaluator {
  /** The task's name ("wdl"). */
  readonly task: string;
  /** Throws InputError where the state or the data do not fit the configuration. */
  evaluate(run: TrainedRun, input: EvaluationInput): Promise<Evaluation>;
}

/**
 * Writes an evaluation into a run directory: `result/*.npy`, `result/*.png`, `result/*.tsv`, `result/summary.json`, `report.html`, each
 * file whole or not at all, the report last. Existing files of these names are replaced. Throws InputError or RunError
 * where the directory cannot be written.
 */
export async function writeEvaluation(directory: string, evaluation: Evaluation): Promise<void> {
  const { summary, arrays, pictures, tables = {}, report } = evaluation;
  const result = join(directory, "result");
  await makeFolder(result);
  for (const [name, array] of Object.entries(arrays)) await writeNpy(join(result, `${name}.npy`), array);
  for (const [name, picture] of Object.entries(pictures)) {
    await writeFileAtomic(join(result, `${name}.png`), await toPng(picture));
  }
  for (const [name, table] of Object.entries(tables)) await writeFileAtomic(join(result, `${name}.tsv`), table);
  await writeFileAtomic(join(result, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
  await writeFileAtomic(join(directory, "report.html"), renderReport(report));
}
