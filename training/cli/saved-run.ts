import { basename, dirname, join, resolve } from "node:path";
import { readCheckpoint } from "../../checkpoints/checkpoint.ts";
import { CHECKPOINTS_FOLDER, isCheckpoint, locateCheckpoint } from "../../checkpoints/locate.ts";
import type { OwnRecord, TrainedRun } from "../../eval/evaluator.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { InputError, OptionError } from "../../src/errors.ts";
import { pathOptions, resolveOptions } from "../../src/options.ts";
import type { BackendChoice } from "../../src/tensor/backend.ts";
import type { Component } from "../components/component.ts";
import { componentOf } from "../components/index.ts";
import { readHistory } from "../metrics-history.ts";
import { CONFIG_FILE, openRunDirectory, type RunDirectory } from "../run-directory.ts";
import { completed, runOptions, tableOf, type Options } from "./common-options.ts";
import { loadChoice } from "./datasets.ts";
import { readResult } from "./own-result.ts";
import { checkData, checkFiles, foundFromRun, keptInputs, requireData, type KeptInputs } from "./inputs.ts";

/** A run as its `config.json` describes it, every value checked. */
export interface SavedRun {
  readonly directory: RunDirectory;
  readonly component: Component;
  readonly options: Options;
  readonly kept: KeptInputs;
  /** tfjs backend of the run. */
  readonly backend: BackendChoice;
}

/**
 * Opens a run directory and checks its configuration. Throws InputError naming `config.json` and the field; OptionError for a
 * moved input that the run has not.
 *
 * @param task the task that it must be of; any by default
 * @param moved checked paths of inputs that were moved, by the names of their options; undefined: not moved
 */
export async function openRun(
  path: string,
  moved: Readonly<Record<string, unknown>> = {},
  task?: string,
): Promise<SavedRun> {
  const directory = await openRunDirectory(path);
  const { task: own } = directory.config;
  if (task !== undefined && own !== task) {
    throw new InputError(`${path}: a run of ${own}; resume it with: otlearn train ${own}`);
  }
  const file = join(path, CONFIG_FILE);
  const component = componentOf(own);
  const { options: saved, kept } = keptInputs(directory.config.options, file);
  const table = tableOf(component);
  const asked = Object.entries(moved).filter(([, value]) => value !== undefined);
  for (const [name] of asked) {
    const has = Object.hasOwn(pathOptions(table), name) && typeof saved[name] === "string";
    if (!has) throw new OptionError(name, "the run was started without; leave it out");
  }
  try {
    const backend = runOptions.backend.parse(directory.config.backend);
    const options = completed(component, resolveOptions(table, foundFromRun(saved, kept, path)), "host");
    return { directory, component, options: { ...options, ...Object.fromEntries(asked) }, kept, backend };
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${file}: ${error.message}`) : error;
  }
}

/** The data of a run, after a look at its files. Throws InputError where they are not those that it was started on. */
export async function loadOwnData(
  { component, options, kept }: SavedRun,
  report?: (line: string) => void,
): Promise<Dataset> {
  await checkFiles(tableOf(component), options, kept);
  requireData(options);
  const dataset = await loadChoice(options, component, report);
  await checkData(dataset, kept);
  return dataset;
}

/**
 * What an evaluator needs of a run: the state of a checkpoint of it, the newest by default, and the history up to there. Throws
 * InputError.
 */
export async function trainedRun({ directory, options, kept }: SavedRun, checkpoint?: string): Promise<TrainedRun> {
  const { path, config, metricsFile } = directory;
  const folder = checkpoint ?? (await locateCheckpoint(path));
  const { state, step } = await readCheckpoint(folder, config.task);
  const history = (await readHistory(metricsFile)).filter((row) => row.step <= step);
  return { name: basename(resolve(path)), config: { options: { ...options, ...kept } }, state, history };
}

/** What an evaluator of other data may want of a run. */
export async function ownRecord(run: SavedRun): Promise<OwnRecord> {
  return { result: await readResult(run.directory), load: () => loadOwnData(run) };
}

/** The run directory that a path means, and the checkpoint where it names one: `runs/x/checkpoints/step-000010`. */
export function locateRun(path: string): { readonly run: string; readonly checkpoint?: string } {
  const parent = dirname(path);
  if (!isCheckpoint(path) || basename(parent) !== CHECKPOINTS_FOLDER) return { run: path };
  return { run: dirname(parent), checkpoint: path };
}
