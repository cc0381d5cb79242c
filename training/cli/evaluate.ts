import { writeEvaluation, type Evaluation } from "../../eval/evaluator.ts";
import { InputError } from "../../src/errors.ts";
import { pickOptions } from "../../src/options.ts";
import { useBackend, type BackendChoice } from "../../src/tensor/backend.ts";
import { componentOf } from "../components/index.ts";
import { evaluateOptions, type EvaluateOptions, type OutputFlags } from "./common-options.ts";
import { checkData, loadChoice } from "./datasets.ts";
import { ExitStatus } from "./exit-status.ts";
import { trainedRun, type SavedRun } from "./trained-run.ts";

export interface EvaluateFlags extends OutputFlags {
  readonly out?: string;
}

/**
 * `otlearn eval <run or checkpoint>`: prints the summary; with `out` writes arrays, pictures and report there. `given`
 * holds the options as they came.
 */
export async function evaluateCommand(
  path: string,
  given: Readonly<Record<string, unknown>>,
  flags: EvaluateFlags,
): Promise<number> {
  const options = pickOptions(evaluateOptions, given);
  const { summary } = await evaluateRun(await trainedRun(path), options, flags.out);
  process.stdout.write(flags.json ? `${JSON.stringify(summary)}\n` : `${JSON.stringify(summary, null, 2)}\n`);
  return ExitStatus.done;
}

/** `otlearn report <run...>`: evaluates finished or unfinished runs again and writes their results and reports. */
export async function reportCommand(paths: readonly string[], flags: OutputFlags): Promise<number> {
  for (const path of paths) {
    const run = await trainedRun(path);
    await evaluateRun(run, pickOptions(evaluateOptions, {}), run.path);
    const report = `${run.path}/report.html`;
    if (flags.json) process.stdout.write(`${JSON.stringify({ run: run.path, report })}\n`);
    else if (!flags.quiet) process.stdout.write(`${report}\n`);
  }
  return ExitStatus.done;
}

/** Evaluates on the run's own data, or on others where the options name them. */
async function evaluateRun(
  run: SavedRun,
  { backend, ...choice }: EvaluateOptions,
  out: string | undefined,
): Promise<Evaluation> {
  const component = componentOf(run.task);
  const { options } = run.config;
  const isTrainingData = choice.data === undefined && choice.dataset === undefined;
  if (isTrainingData && choice.limit !== undefined) {
    throw new InputError("--limit: only with --data or --dataset; the run's own data are evaluated in full");
  }
  await useBackend(backend ?? (run.backend as BackendChoice));
  const dataset = await loadChoice(isTrainingData ? options : { ...choice, size: options["size"] }, component);
  if (isTrainingData) checkData(dataset, options);
  const evaluation = await component.evaluator.evaluate(run, { dataset, isTrainingData });
  if (out !== undefined) await writeEvaluation(out, evaluation);
  return evaluation;
}
