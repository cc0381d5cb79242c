import type { Dataset } from "../../src/data/dataset.ts";
import { locateCheckpoint } from "../../checkpoints/locate.ts";
import { DeviceError, InputError, OptionError, RunError } from "../../src/errors.ts";
import { pathOptions, pickOptions, resolveOptions, type OptionValues } from "../../src/options.ts";
import { useBackend, type BackendSelection } from "../../src/tensor/backend.ts";
import { componentOf } from "../components/index.ts";
import type { Component, PreparedTask } from "../components/component.ts";
import { startCompanion } from "../dashboard/companion.ts";
import { train, type TrainResult } from "../loop.ts";
import { createReporter, type Reporter } from "../progress/index.ts";
import {
  createRunDirectory,
  defaultRunPath,
  requireNoRun,
  updateConfig,
  type NewRun,
  type RunConfig,
  type RunDirectory,
} from "../run-directory.ts";
import { makeFreshFolder } from "../run-folder.ts";
import { lockRun } from "../run-lock.ts";
import {
  completed,
  evaluateOptions,
  tableOf,
  type Options,
  type OutputFlags,
  type trainPlaces,
} from "./common-options.ts";
import { readConfigFile } from "./config-file.ts";
import { choiceName, loadChoice } from "./datasets.ts";
import { ExitStatus } from "./exit-status.ts";
import { keepInputs } from "./inputs.ts";
import { announce, writeResult } from "./result.ts";
import { loadOwnData, locateRun, openRun } from "./saved-run.ts";
import { sayer, sayNotes } from "./say.ts";

/** Flags of `train` that are not options of the run. */
export type TrainFlags = OutputFlags & Partial<OptionValues<typeof trainPlaces>>;

type Given = Readonly<Record<string, unknown>>;

/** Locks a run until the command ends. */
type Hold = (run: string) => Promise<void>;

/** All that the loop and what follows it need. */
interface Prepared {
  readonly component: Component;
  readonly options: Options;
  readonly backend: BackendSelection;
  readonly dataset: Dataset;
  readonly task: PreparedTask;
  readonly run: RunDirectory | NewRun;
  /** From where an earlier run goes on. @default it is new */
  readonly resume?: boolean | string;
  /** To be said before it goes on. */
  readonly notes?: readonly string[];
}

/**
 * `otlearn train <task>`: a new run, or with `resume` the rest of an earlier one. Returns the exit status. Nothing is
 * written or said before options and data have been checked. Throws InputError, or RunError for a run that cannot go on.
 */
export async function trainCommand(task: string, given: Given, flags: TrainFlags): Promise<number> {
  const component = componentOf(task);
  const releases: (() => Promise<void>)[] = [];
  let path: string | undefined;
  const hold: Hold = async (run) => {
    releases.push(await lockRun(run));
    path = run;
  };
  try {
    const prepared =
      flags.resume === undefined
        ? await prepareNew(component, given, flags, hold)
        : await prepareResumed(component, flags.resume, given, flags, hold);
    const { status, reason, run } = await runLoop(prepared, flags);
    if (status === "non-finite") throw new RunError(`stopped at ${reason}`);
    if (status === "interrupted") {
      sayer(flags)(`interrupted; go on with: otlearn train ${task} --resume ${run!.path}`);
      return ExitStatus.interrupted;
    }
    await writeResult(run!.path, prepared.dataset, flags);
    return ExitStatus.done;
  } catch (error) {
    throw error instanceof DeviceError ? await deviceFailure(error, task, path) : error;
  } finally {
    for (const release of releases) await release();
  }
}

/** What is left of a run whose device failed, and how it goes on. */
async function deviceFailure({ message }: DeviceError, task: string, run?: string): Promise<RunError> {
  const checkpoint = run === undefined ? undefined : await locateCheckpoint(run).catch(() => undefined);
  if (checkpoint === undefined) return new RunError(`${message}; take less data at once, or another --backend`);
  const advice = `go on with: otlearn train ${task} --resume ${run} --backend wasm`;
  return new RunError(`${message}; the last checkpoint is ${checkpoint}; ${advice}`);
}

async function prepareNew(component: Component, given: Given, flags: TrainFlags, hold: Hold): Promise<Prepared> {
  const table = tableOf(component);
  const fromFile = flags.config === undefined ? {} : await readConfigFile(flags.config, table);
  const resolved = resolveOptions(table, { ...fromFile, ...given }) as Options;
  if (flags.out !== undefined) await requireNoRun(flags.out);
  const { backend, options, dataset } = await chooseAndLoad(component, resolved, sayer(flags));
  const task = await component.prepare(options, dataset);
  const run: NewRun = {
    async create() {
      const path = flags.out ?? (await makeFreshFolder(defaultRunPath(component.name, choiceName(options, dataset))));
      const kept = await keepInputs(table, options, dataset, path);
      const config = {
        task: component.name,
        steps: task.task.steps,
        seed: options.seed,
        ...computing(backend, task),
        options: kept,
      };
      const created = await createRunDirectory(path, config);
      await hold(path);
      return created;
    },
  };
  return { component, options, backend, dataset, task, run };
}

/** The backend, the options that follow from it, and the data, on whose size it may depend. */
async function chooseAndLoad(component: Component, resolved: Options, report: (line: string) => void) {
  if (!component.stepCost) {
    const backend = await useBackend(resolved.backend, component.work);
    const options = completed(component, resolved, backend.device);
    return { backend, options, dataset: await loadChoice(options, component, report) };
  }
  const dataset = await loadChoice(resolved, component, report);
  const step = component.stepCost(pickOptions(component.options, resolved), dataset);
  const backend = await useBackend(resolved.backend, component.work, step);
  return { backend, options: completed(component, resolved, backend.device), dataset };
}

async function prepareResumed(
  component: Component,
  path: string,
  given: Given,
  flags: TrainFlags,
  hold: Hold,
): Promise<Prepared> {
  const table = tableOf(component);
  const movable = pathOptions(table);
  const { backend: other, ...moved } = given;
  const fixed = Object.keys(moved).find((name) => !Object.hasOwn(movable, name));
  if (fixed !== undefined) {
    throw new OptionError(fixed, "not with --resume, which goes on with the run's own options; leave it out");
  }
  if (flags.out !== undefined || flags.config !== undefined) {
    throw new InputError(
      "--out and --config: not with --resume, which goes on in the run's own folder; leave them out",
    );
  }
  const located = locateRun(path);
  const saved = await openRun(located.run, pickOptions(movable, moved), component.name);
  await hold(located.run);
  const { options } = saved;
  const { backend: choice = saved.backend } = pickOptions({ backend: evaluateOptions.backend }, { backend: other });
  const backend = await useBackend(choice, component.work);
  const dataset = await loadOwnData(saved, sayer(flags));
  const task = await component.prepare(options, dataset);
  const isMoved = Object.keys(moved).length > 0;
  const inputs = isMoved ? { options: await keepInputs(table, options, dataset, located.run) } : {};
  const { changes, notes } = elsewhere(saved.directory.config, computing(backend, task));
  const updates = { ...inputs, ...changes };
  const isUpdated = Object.keys(updates).length > 0;
  const run = isUpdated ? await updateConfig(saved.directory, updates) : saved.directory;
  return { component, options, backend, dataset, task, run, resume: located.checkpoint ?? true, notes };
}

type Computing = Pick<RunConfig, "backend" | "adapter" | "engine">;

/** What a run keeps of what computes it. */
function computing({ name, adapter }: BackendSelection, { engine }: PreparedTask): Computing {
  return { backend: name, ...(adapter && { adapter }), engine };
}

/** What it means for a run that it goes on with another backend, or another device of it. */
function elsewhere(before: RunConfig, now: Computing): { changes: Partial<RunConfig>; notes: string[] } {
  const nameOf = ({ backend, adapter }: Computing) => (adapter ? `${backend} ${adapter.name}` : backend);
  if (nameOf(before) === nameOf(now)) return { changes: {}, notes: [] };
  const earlierBackends = [...(before.earlierBackends ?? []), nameOf(before)];
  return {
    changes: { adapter: undefined, ...now, earlierBackends },
    notes: [
      `goes on with ${nameOf(now)} after ${nameOf(before)}: its bits differ from those of an uninterrupted run from here on`,
    ],
  };
}

/** Starts the dashboard of a run beside it. What keeps it from starting is a note. */
async function showDashboard(run: string, flags: OutputFlags): Promise<void> {
  try {
    const url = await startCompanion(run);
    if (flags.json) process.stdout.write(`${JSON.stringify({ event: "dashboard", url })}\n`);
    else sayer(flags)(`dashboard: ${url}`);
  } catch (error) {
    sayNotes([`no dashboard: ${(error as Error).message}`], flags);
  }
}

/** Trains. What is announced comes once the first state is there and the run's folder can be written. */
function runLoop(prepared: Prepared, flags: TrainFlags): Promise<TrainResult<unknown>> {
  const { component, options, backend, dataset, task, run, resume, notes = [] } = prepared;
  const reporter = createReporter(flags);
  const announcing: Reporter = {
    ...reporter,
    start(info) {
      announce(component, backend, dataset, task, sayer(flags));
      sayNotes([...notes, ...(task.notes ?? [])], flags);
      reporter.start(info);
      if (flags.dashboard && info.run !== undefined) void showDashboard(info.run, flags);
    },
  };
  return train(task.task, {
    seed: options.seed,
    run,
    resume,
    evaluateEvery: options.evaluateEvery,
    checkpointEvery: options.checkpointEvery,
    checkpointSeconds: options.checkpointSeconds,
    keepLast: options.keepCheckpoints,
    reporter: announcing,
  });
}
