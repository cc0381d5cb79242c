import { nativeStatus } from "../../src/native/loader.ts";
import { resolveOptions, flagOf } from "../../src/options.ts";
import { InputError } from "../../src/errors.ts";
import { useBackend, type BackendChoice } from "../../src/tensor/backend.ts";
import { writeEvaluation } from "../../eval/evaluator.ts";
import { componentOf } from "../components/index.ts";
import type { Component } from "../components/component.ts";
import { train, type TrainResult } from "../loop.ts";
import { createReporter } from "../progress/index.ts";
import { createRunDirectory, defaultRunPath, openRunDirectory, type RunDirectory } from "../run-directory.ts";
import { runOptions, type OutputFlags, type RunOptions } from "./common-options.ts";
import { readConfigFile } from "./config-file.ts";
import { checkFingerprint, choiceName, fingerprint, loadChoice, type DataChoice } from "./datasets.ts";
import { ExitStatus } from "./exit-status.ts";
import { trainedRun } from "./trained-run.ts";

/** Flags of `train` that are not options of the run. */
export interface TrainFlags extends OutputFlags {
  readonly out?: string;
  readonly resume?: string;
  readonly config?: string;
}

/** `otlearn train <task>`: a new run, or with `resume` the rest of an earlier one. Returns the exit status. */
export async function trainCommand(
  task: string,
  given: Readonly<Record<string, unknown>>,
  flags: TrainFlags,
): Promise<number> {
  const component = componentOf(task);
  const { run, result } = flags.resume
    ? await resumeRun(component, flags.resume, given, flags)
    : await startRun(component, given, flags);
  const say = sayer(flags);
  if (result.status === "non-finite") {
    say(`stopped: ${result.reason}; the last good checkpoint is ${result.checkpoint}`);
    return ExitStatus.failed;
  }
  if (result.status === "interrupted") {
    say(`interrupted; go on with: otlearn train ${task} --resume ${run.path}`);
    return ExitStatus.interrupted;
  }
  return finish(component, run, flags);
}

type Options = Readonly<Record<string, unknown>> & RunOptions;

async function startRun(component: Component, given: Readonly<Record<string, unknown>>, flags: TrainFlags) {
  const fromFile = flags.config === undefined ? {} : await readConfigFile(flags.config);
  const table = { ...component.options, ...runOptions };
  const options = resolveOptions(table, { ...fromFile, ...given }) as Options;
  const backend = await chooseBackend(options.backend, flags);
  const dataset = await loadChoice(options as DataChoice, component);
  const prepared = await component.prepare(options, dataset);
  const run = await createRunDirectory(flags.out ?? defaultRunPath(component.name, choiceName(options, component)), {
    task: component.name,
    seed: options.seed,
    backend,
    options: { ...options, dataFingerprint: fingerprint(dataset) },
  });
  sayer(flags)(`${component.name} on ${dataset.name} [${dataset.values.shape.join(", ")}], ${prepared.engine}`);
  return { run, result: await trainPrepared(prepared, options, run, flags) };
}

async function resumeRun(
  component: Component,
  path: string,
  given: Readonly<Record<string, unknown>>,
  flags: TrainFlags,
) {
  const [first] = Object.keys(given);
  if (first !== undefined) {
    throw new InputError(`${flagOf(first)}: not with --resume, which goes on with the run's own options; leave it out`);
  }
  if (flags.out !== undefined || flags.config !== undefined) {
    throw new InputError(
      "--out and --config: not with --resume, which goes on in the run's own folder; leave them out",
    );
  }
  const run = await openRunDirectory(path);
  if (run.config.task !== component.name) {
    throw new InputError(`${path}: a run of ${run.config.task}; resume it with: otlearn train ${run.config.task}`);
  }
  const { dataFingerprint, ...saved } = run.config.options;
  const options = resolveOptions({ ...component.options, ...runOptions }, saved) as Options;
  await chooseBackend(run.config.backend as BackendChoice, flags);
  const dataset = await loadChoice(options as DataChoice, component);
  checkFingerprint(dataset, dataFingerprint);
  const prepared = await component.prepare(options, dataset);
  return { run, result: await trainPrepared(prepared, options, run, flags, true) };
}

function trainPrepared(
  { task }: Awaited<ReturnType<Component["prepare"]>>,
  options: Options,
  run: RunDirectory,
  flags: TrainFlags,
  resume = false,
): Promise<TrainResult<unknown>> {
  return train(task, {
    seed: options.seed,
    run,
    resume,
    evaluateEvery: options.evaluateEvery,
    checkpointEvery: options.checkpointEvery,
    keepLast: options.keepCheckpoints,
    reporter: createReporter(flags),
  });
}

/** Evaluates the finished run and writes its result. */
async function finish(component: Component, run: RunDirectory, flags: TrainFlags): Promise<number> {
  const dataset = await loadChoice(run.config.options as DataChoice, component);
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

/** Chooses the backend and says which and, for auto, why not an earlier one; warns once about absent native kernels. */
async function chooseBackend(choice: BackendChoice, flags: OutputFlags): Promise<string> {
  const say = sayer(flags);
  const { name, detail, passedOver } = await useBackend(choice);
  const reasons = passedOver.map((report) => `${report.name}: ${report.detail}`).join("; ");
  say(`backend ${name} (${detail})${reasons ? `; passed over ${reasons}` : ""}`);
  const { addon, detail: why } = nativeStatus();
  if (!addon && name === "wasm") say(`warning: no native kernels, ${why}; everything works, only slower`);
  return name;
}

function sayer({ quiet, json }: OutputFlags): (line: string) => void {
  return quiet || json ? () => undefined : (line) => process.stderr.write(`${line}\n`);
}
