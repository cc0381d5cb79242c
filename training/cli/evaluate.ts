import { writeEvaluation, type Evaluation } from "../../eval/evaluator.ts";
import { useBackend, type BackendChoice } from "../../src/tensor/backend.ts";
import { componentOf } from "../components/index.ts";
import type { OutputFlags } from "./common-options.ts";
import { checkFingerprint, loadChoice, type DataChoice } from "./datasets.ts";
import { ExitStatus } from "./exit-status.ts";
import { trainedRun, type SavedRun } from "./trained-run.ts";

export interface EvaluateFlags extends OutputFlags, DataChoice {
  readonly out?: string;
}

/** `otlearn eval <run or checkpoint>`: prints the summary; with `out` writes arrays, pictures and report there. */
export async function evaluateCommand(path: string, flags: EvaluateFlags): Promise<number> {
  const { summary } = await evaluateRun(await trainedRun(path), flags, flags.out);
  process.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : `${JSON.stringify(summary, null, 2)}\n`);
  return ExitStatus.done;
}

/** `otlearn report <run...>`: evaluates finished or unfinished runs again and writes their results and reports. */
export async function reportCommand(paths: readonly string[], flags: OutputFlags): Promise<number> {
  for (const path of paths) {
    const run = await trainedRun(path);
    await evaluateRun(run, {}, run.path);
    if (!flags.quiet) process.stdout.write(`${run.path}/report.html\n`);
  }
  return ExitStatus.done;
}

/** Evaluates on the run's own data, or on others where `choice` names them. */
async function evaluateRun(run: SavedRun, choice: DataChoice, out?: string): Promise<Evaluation> {
  const component = componentOf(run.task);
  await useBackend(run.backend as BackendChoice);
  const { options } = run.config;
  const isTrainingData = choice.data === undefined && choice.dataset === undefined;
  const source = isTrainingData ? options : { size: options["size"], ...choice };
  const dataset = await loadChoice(source as DataChoice, component);
  if (isTrainingData) checkFingerprint(dataset, options["dataFingerprint"]);
  const evaluation = await component.evaluator.evaluate(run, { dataset, isTrainingData });
  if (out !== undefined) await writeEvaluation(out, evaluation);
  return evaluation;
}
