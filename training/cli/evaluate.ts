import { writeEvaluation } from "../../eval/evaluator.ts";
import { locateCheckpoint } from "../../checkpoints/locate.ts";
import { OptionError } from "../../src/errors.ts";
import { pickOptions } from "../../src/options.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import { requireNoRun } from "../run-directory.ts";
import {
  evaluateOptions,
  evaluatePlaces,
  movedFiles,
  tableOf,
  type EvaluateOptions,
  type OutputFlags,
} from "./common-options.ts";
import { loadChoice } from "./datasets.ts";
import { ExitStatus } from "./exit-status.ts";
import { checkFiles, isOwnData } from "./inputs.ts";
import { withComputing } from "./result.ts";
import { isArchive, withArchive } from "./run-archive.ts";
import { loadOwnData, locateRun, openRun, ownRecord, trainedRun, type SavedRun } from "./saved-run.ts";
import { sayNotes } from "./say.ts";

type Given = Readonly<Record<string, unknown>>;

/**
 * `otlearn eval <run, checkpoint, or a run in a zip archive>`: prints the summary; with `out` writes arrays, pictures and report
 * there. `given` holds the options as they came.
 */
export async function evaluateCommand(path: string, given: Given, flags: OutputFlags): Promise<number> {
  if (!(await isArchive(path))) return evaluateRun(path, given, flags);
  // it comes from a page, perhaps of another machine, whose backend need not be here
  return withArchive(path, (run) => evaluateRun(run, { backend: "auto", ...given }, flags));
}

async function evaluateRun(path: string, given: Given, flags: OutputFlags): Promise<number> {
  const options = pickOptions(evaluateOptions, given);
  const { out } = pickOptions(evaluatePlaces, given);
  if (out !== undefined) await requireNoRun(out);
  const checkpoint = await locateCheckpoint(path);
  const run = await openRun(locateRun(checkpoint).run, pickOptions(movedFiles, given));
  await useBackend(options.backend ?? run.backend);
  const input = await inputOf(run, options);
  const found = await run.component.evaluator.evaluate(await trainedRun(run, checkpoint), input);
  const evaluation = withComputing(found, run.directory);
  sayNotes(evaluation.notes ?? [], flags);
  if (out !== undefined) sayNotes(await writeEvaluation(out, evaluation), flags);
  process.stdout.write(`${JSON.stringify(evaluation.summary, null, flags.json ? undefined : 2)}\n`);
  return ExitStatus.done;
}

/** The run's own data, or others where the options name them; its own by another path are still its own. */
async function inputOf(run: SavedRun, { dataset, data, limit }: EvaluateOptions) {
  if (data === undefined && dataset === undefined) {
    if (limit !== undefined) {
      throw new OptionError("limit", "only with --data or --dataset; the run's own data are evaluated in full");
    }
    return { dataset: await loadOwnData(run), isTrainingData: true };
  }
  await checkFiles(tableOf(run.component), run.options, run.kept);
  const { size, batch } = run.options;
  const loaded = await loadChoice({ dataset, data, limit, size, batch }, run.component);
  return { dataset: loaded, isTrainingData: await isOwnData(loaded, run.kept), own: await ownRecord(run) };
}
