import { nativeStatus } from "../../src/native/loader.ts";
import { flagOf, pickOptions, resolveOptions } from "../../src/options.ts";
import { InputError, RunError } from "../../src/errors.ts";
import { useBackend, type BackendChoice, type BackendSelection } from "../../src/tensor/backend.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { writeEvaluation } from "../../eval/evaluator.ts";
import { componentOf } from "../components/index.ts";
import type { Component, PreparedTask } from "../components/component.ts";
import { train, type TrainResult } from "../loop.ts";
import { createReporter, type Reporter } from "../progress/index.ts";
import { createRunDirectory, defaultRunPath, openRunDirectory, type RunDirectory } from "../run-directory.ts";
import { runOptionsOf, type OutputFlags, type RunOptions } from "./common-options.ts";
import { readConfigFile } from "./config-file.ts";
import { checkData, choiceName, describeData, loadChoice } from "./datasets.ts";
import { ExitStatus } from "./exit-status.ts";
import { locateRun, trainedRun } from "./trained-run.ts";

/** Flags of `train` that are not options of the run. */
export interface TrainFlags extends OutputFlags {
  readonly out?: string;
  readonly resume?: string;
  readonly config?: string;
}

/** Where a run was left by its loop, and what it was trained on. */
interface Trained {
  readonly run: RunDirectory;
  readonly dataset: Dataset;
  readonly result: TrainResult<unknown>;
}

type Options = Readonly<Record<string, unknown>> & RunOptions;

/**
 * `otlearn train <task>`: a new run, or with `resume` the rest of an earlier one. Returns the exit status. Nothing is
 * written or said before options and data have been checked. Throws InputError, or RunError for a run that cannot go on.
 */
export async function trainCommand(
  task: string,
  given: Readonly<Record<string, unknown>>,
  flags: TrainFlags,
): Promise<number> {
  const component = componentOf(task);
  const trained = flags.resume
    ? await resumeRun(component, flags.resume, given, flags)
    : await startRun(component, given, flags);
  const { status, reason } = trained.result;
  if (status === "non-finite") throw new RunError(`stopped at ${reason}`);
  if (status === "interrupted") {
    sayer(flags)(`interrupted; go on with: otlearn train ${task} --resume ${trained.run.path}`);
    return ExitStatus.interrupted;
  }
  return finish(component, trained, flags);
}

async function startRun(
  component: Component,
  given: Readonly<Record<string, unknown>>,
  flags: TrainFlags,
): Promise<Trained> {
  const table = tableOf(component);
  const fromFile = flags.config === undefined ? {} : await readConfigFile(flags.config, table);
  const resolved = resolveOptions(table, { ...fromFile, ...given }) as Options;
  const backend = await useBackend(resolved.backend, component.work);
  const options = completed(component, resolved, backend.name);
  const dataset = await loadChoice(options, component, sayer(flags));
  const prepared = await component.prepare(options, dataset);
  const run = await createRunDirectory(flags.out ?? defaultRunPath(component.name, choiceName(options, component)), {
    task: component.name,
    seed: options.seed,
    backend: backend.name,
    options: { ...options, ...describeData(dataset) },
  });
  announce(component, backend, dataset, prepared, flags);
  return { run, dataset, result: await trainPrepared(prepared, options, run, createReporter(flags)) };
}

async function resumeRun(
  component: Component,
  path: string,
  given: Readonly<Record<string, unknown>>,
  flags: TrainFlags,
): Promise<Trained> {
  const [first] = Object.keys(given);
  if (first !== undefined) {
    throw new InputError(`${flagOf(first)}: not with --resume, which goes on with the run's own options; leave it out`);
  }
  if (flags.out !== undefined || flags.config !== undefined) {
    throw new InputError(
      "--out and --config: not with --resume, which goes on in the run's own folder; leave them out",
    );
  }
  const located = locateRun(path);
  const run = await openRunDirectory(located.run);
  if (run.config.task !== component.name) {
    throw new InputError(`${path}: a run of ${run.config.task}; resume it with: otlearn train ${run.config.task}`);
  }
  const { dataFingerprint, dataShape, ...saved } = run.config.options;
  const options = resolveOptions(tableOf(component), saved) as Options;
  const backend = await useBackend(run.config.backend as BackendChoice);
  const dataset = await loadChoice(options, component, sayer(flags));
  checkData(dataset, { dataFingerprint, dataShape });
  const prepared = await component.prepare(options, dataset);
  const reporter = createReporter(flags);
  const afterAnnouncement: Reporter = {
    ...reporter,
    start(info) {
      announce(component, backend, dataset, prepared, flags); // the checkpoint has been read and fits
      reporter.start(info);
    },
  };
  const from = located.checkpoint ?? true;
  return { run, dataset, result: await trainPrepared(prepared, options, run, afterAnnouncement, from) };
}

/** All options of a component's runs, with the component's own defaults. */
function tableOf(component: Component) {
  return { ...component.options, ...runOptionsOf(component) };
}

function completed(component: Component, options: Options, backend: string): Options {
  return { ...options, ...component.complete?.(pickOptions(component.options, options), backend) };
}

function trainPrepared(
  { task }: PreparedTask,
  options: Options,
  run: RunDirectory,
  reporter: Reporter,
  resume: boolean | string = false,
): Promise<TrainResult<unknown>> {
  return train(task, {
    seed: options.seed,
    run,
    resume,
    evaluateEvery: options.evaluateEvery,
    checkpointEvery: options.checkpointEvery,
    checkpointSeconds: options.checkpointSeconds,
    keepLast: options.keepCheckpoints,
    reporter,
  });
}

/** Evaluates the finished run and writes its result. */
async function finish(component: Component, { run, dataset }: Trained, flags: TrainFlags): Promise<number> {
  const evaluation = await component.evaluator.evaluate(await trainedRun(run.path), { dataset, isTrainingData: true });
  await writeEvaluation(run.path, evaluation);
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ event: "result", run: run.path, ...evaluation.summary })}\n`);
  } else if (!flags.quiet) {
    for (const { label, value, note } of evaluation.report.highlights ?? []) {
      process.stderr.write(`  ${label.padEnd(6)}${value}${note ? `   ${note}` : ""}\n`);
    }
    process.stderr.write(`  result: ${run.resultFolder}\n  report: ${run.path}/report.html\n`);
  }
  return ExitStatus.done;
}

/** Says which backend computes and, for auto, why not an earlier one; warns once about absent native kernels. */
function announce(
  component: Component,
  { name, detail, reason, passedOver }: BackendSelection,
  dataset: Dataset,
  { engine }: PreparedTask,
  flags: OutputFlags,
): void {
  const say = sayer(flags);
  const reasons = passedOver.map((report) => `${report.name}: ${report.detail}`).join("; ");
  say(`backend ${name} (${detail})${reason ? `, ${reason}` : ""}${reasons ? `; passed over ${reasons}` : ""}`);
  const { addon, detail: why } = nativeStatus();
  if (!addon && name !== "webgpu") say(`warning: no native kernels, ${why}; everything works, only slower`);
  say(`${component.name} on ${dataset.name} [${dataset.values.shape.join(", ")}], ${engine}`);
}

function sayer({ quiet, json }: OutputFlags): (line: string) => void {
  return quiet || json ? () => undefined : (line) => process.stderr.write(`${line}\n`);
}
