import { join } from "#platform/files";
import type { Dataset } from "../src/data/dataset.ts";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { makeFolder } from "../src/files/folder.ts";
import { writeNpy } from "../src/data/npy.ts";
import { RESULT_FOLDER } from "../checkpoints/export.ts";
import type { NdArray } from "../src/tensor/ndarray.ts";
import type { StateTree } from "../src/tensor/tree.ts";
import type { Metrics } from "../models/task.ts";
import { toPng, type Picture, type Pictures } from "./pictures/picture.ts";
import { renderReport } from "./html/document.ts";
import type { ResultFigure } from "./compare/result-figure.ts";
import type { MetricPanels } from "./curves/metric-panel.ts";
import type { Report } from "./report.ts";

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
  /** What is at hand of the run itself where other data are evaluated. @default nothing */
  readonly own?: OwnRecord;
}

/** The run's own data, and what was made of them, for evaluators that compare with something fitted to them. */
export interface OwnRecord {
  /** Undefined where none has been written. */
  readonly result: OwnResult | undefined;
  /** Loads the data. Throws InputError where they are not there any more. */
  load(): Promise<Dataset>;
}

/** The result in a run's own folder. */
export interface OwnResult {
  readonly summary: Readonly<Record<string, unknown>>;
  /** `result/<name>.npy`; undefined where there is no such file, or it is damaged. */
  array(name: string): Promise<NdArray | undefined>;
}

/** Draws a picture when it is wanted. What it throws costs this picture and nothing else. */
export type Draw = () => Picture | Promise<Picture>;

/** What an evaluator found, before anything is drawn or written. */
export interface Evaluation {
  /** `result/summary.json`. Numbers that are not finite are written as null; see `jsonNumber` for figures that may be infinite. */
  readonly summary: Readonly<Record<string, unknown>>;
  /** `result/<name>.npy` */
  readonly arrays: Readonly<Record<string, NdArray>>;
  /** `result/<name>.png` */
  readonly pictures: Readonly<Record<string, Draw>>;
  /** `result/<name>.tsv`: tables of text, tab-separated. @default none */
  readonly tables?: Readonly<Record<string, string>>;
  /** What its user should know of the figures, a line each; in the report, and said by `eval`. @default nothing */
  readonly notes?: readonly string[];
  /** `report.html`, with those of the pictures that could be drawn. */
  report(pictures: Pictures): Report;
}

/** One a component: turns a trained run into figures, arrays, pictures and a report. Changes nothing on disk. */
export interface Evaluator {
  /** The task's name ("wdl"). */
  readonly task: string;
  /** Its metrics over the steps, wherever they are drawn. */
  readonly curves: MetricPanels;
  /** The figures of its summary that runs are compared by, in the order in which a reader asks for them. */
  readonly results: readonly ResultFigure[];
  /** Throws InputError where the state or the data do not fit the configuration. */
  evaluate(run: TrainedRun, input: EvaluationInput): Promise<Evaluation>;
}

/**
 * Writes an evaluation into a run directory, each file whole or not at all: `result/*.npy`, `result/*.tsv` and
 * `result/summary.json`, which are what the run was for, then `result/*.png` and `report.html`. Existing files of these names
 * are replaced. A picture that cannot be drawn is left out and noted in the report. Returns these notes, a line each. Throws
 * InputError or RunError where the directory cannot be written.
 *
 * @param page where the report is written
 */
export async function writeEvaluation(
  directory: string,
  evaluation: Evaluation,
  page = join(directory, "report.html"),
): Promise<readonly string[]> {
  const { summary, arrays, tables = {} } = evaluation;
  const result = join(directory, RESULT_FOLDER);
  await makeFolder(result);
  for (const [name, array] of Object.entries(arrays)) await writeNpy(join(result, `${name}.npy`), array);
  for (const [name, table] of Object.entries(tables)) await writeFileAtomic(join(result, `${name}.tsv`), table);
  await writeFileAtomic(join(result, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);

  const drawn: Record<string, Picture> = {};
  const notes: string[] = [];
  for (const [name, draw] of Object.entries(evaluation.pictures)) {
    const rendered = await attempt(`picture ${name}`, notes, async () => {
      const picture = await draw();
      return { picture, png: await toPng(picture) };
    });
    if (!rendered) continue;
    drawn[name] = rendered.picture;
    await writeFileAtomic(join(result, `${name}.png`), rendered.png);
  }
  const html = await attempt("report", notes, () => renderReport(withNotes(evaluation.report(drawn), notes)));
  if (html !== undefined) await writeFileAtomic(page, html);
  return notes;
}

/** What `make` returns; where it throws, undefined and a line among the notes. */
export async function attempt<T>(what: string, notes: string[], make: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await make();
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    notes.push(`${what} is left out: ${reason}`);
    return undefined;
  }
}

function withNotes(report: Report, notes: readonly string[]): Report {
  if (notes.length === 0) return report;
  return { ...report, sections: [...report.sections, { kind: "text", title: "Left out", paragraphs: [...notes] }] };
}
