import { existsSync } from "node:fs";
import { access, constants, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CHECKPOINTS_FOLDER, locateCheckpoint } from "../../checkpoints/locate.ts";
import { namesOfPaths } from "../../eval/compare/compared-run.ts";
import { compareRuns } from "../../eval/compare/comparison.ts";
import { writeEvaluation } from "../../eval/evaluator.ts";
import { renderReport } from "../../eval/html/document.ts";
import { InputError, OptionError, RunError } from "../../src/errors.ts";
import { writeFileAtomic } from "../../src/files/atomic.ts";
import { fileError } from "../../src/files/errors.ts";
import { isFolder } from "../../src/files/read.ts";
import { pickOptions } from "../../src/options.ts";
import { useBackend } from "../../src/tensor/backend.ts";
import { componentOf } from "../components/index.ts";
import { lockRun } from "../run-lock.ts";
import { CONFIG_FILE, openRunDirectory, type RunDirectory } from "../run-directory.ts";
import { movedData, movedFiles, reportPlaces, type OutputFlags } from "./common-options.ts";
import { hasResult, readComparedRun } from "./compared-run.ts";
import { ExitStatus } from "./exit-status.ts";
import { withComputing } from "./result.ts";
import { loadOwnData, locateRun, openRun, trainedRun } from "./saved-run.ts";
import { sayNotes } from "./say.ts";

type Given = Readonly<Record<string, unknown>>;

/** Where several runs are compared without `--out`. */
const COMPARISON_FILE = "comparison.html";

/**
 * `otlearn report <runs...>`: evaluates one run, finished or not, again and writes its result and report; of several runs one page
 * that compares them. All that can be refused is refused before anything is done.
 */
export async function reportCommand(paths: readonly string[], given: Given, flags: OutputFlags): Promise<number> {
  const { out } = pickOptions(reportPlaces, given);
  const moved = { ...pickOptions(movedFiles, given), ...pickOptions(movedData, given) };
  if (out !== undefined) await requirePage(out);
  if (paths.length === 1) {
    const { run, report } = await writeAgain(paths[0], moved, flags, out);
    say({ run, report }, flags);
    return ExitStatus.done;
  }
  const [option] = Object.entries(moved).find(([, value]) => value !== undefined) ?? [];
  if (option !== undefined)
    throw new OptionError(option, "of one run only; give each run whose inputs were moved alone");
  const page = out ?? COMPARISON_FILE;
  if (out === undefined) await requirePage(page);
  const directories = await requireRuns(paths);
  await writeComparison(directories, page, flags);
  say({ runs: paths, report: page }, flags);
  return ExitStatus.done;
}

function say(written: { readonly report: string } & Given, { json, quiet }: OutputFlags): void {
  if (json) process.stdout.write(`${JSON.stringify(written)}\n`);
  else if (!quiet) process.stdout.write(`${written.report}\n`);
}

/** Evaluates a run and writes what follows from it. */
async function writeAgain(path: string, moved: Given, flags: OutputFlags, out?: string) {
  const checkpoint = await locateCheckpoint(path);
  const run = await openRun(locateRun(checkpoint).run, moved);
  const folder = run.directory.path;
  const report = out ?? `${folder}/report.html`;
  const release = await lockRun(folder);
  try {
    await useBackend(run.backend);
    const input = { dataset: await loadOwnData(run), isTrainingData: true };
    const evaluation = await run.component.evaluator.evaluate(await trainedRun(run, checkpoint), input);
    sayNotes(await writeEvaluation(folder, withComputing(evaluation, run.directory), report), flags);
  } finally {
    await release();
  }
  return { run: folder, report };
}

/** Reads the runs, after an evaluation of those that have no result yet, and writes the page. */
async function writeComparison(directories: readonly RunDirectory[], page: string, flags: OutputFlags): Promise<void> {
  const names = namesOfPaths(await Promise.all(directories.map(({ path }) => realpath(path))));
  const runs = [];
  for (const [index, directory] of directories.entries()) {
    const why = hasResult(directory) ? undefined : await whyNoResult(directory.path, flags);
    const run = await readComparedRun(directory, names[index]);
    runs.push(why === undefined ? run : { ...run, notes: [...run.notes, `no result: ${why}`] });
  }
  sayNotes(
    runs.flatMap(({ path, notes }) => notes.map((note) => `${path}: ${note}`)),
    flags,
  );
  const report = await compareRuns(runs, (task) => componentOf(task).evaluator);
  await writeFileAtomic(page, await renderReport(report));
}

/** Evaluates a run; where that fails, why. */
async function whyNoResult(path: string, flags: OutputFlags): Promise<string | undefined> {
  try {
    await writeAgain(path, {}, flags);
    return undefined;
  } catch (error) {
    if (error instanceof InputError || error instanceof RunError) return error.message;
    throw error;
  }
}

/** Throws OptionError for what cannot become a page. */
async function requirePage(out: string): Promise<void> {
  if (!/\.html?$/i.test(out)) throw new OptionError("out", `expected a file that ends in .html, got ${out}`);
  if (existsSync(out) && (await isFolder(out))) throw new OptionError("out", `${out} is a folder, expected a file`);
  const folder = dirname(out);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    if (!(await isFolder(folder))) throw fileError(folder, { code: "ENOTDIR" });
  } catch (error) {
    const known = fileError(folder, error);
    throw known instanceof InputError ? new OptionError("out", known.message) : known;
  }
}

/** The runs of different folders. Throws InputError for a path that is no run, a checkpoint, or a run that comes twice. */
async function requireRuns(paths: readonly string[]): Promise<RunDirectory[]> {
  const directories: RunDirectory[] = [];
  const seen = new Map<string, string>();
  for (const path of paths) {
    const directory = await openRunDirectory(await runOf(path));
    componentOf(directory.config.task);
    const real = await realpath(directory.path);
    const before = seen.get(real);
    if (before !== undefined) throw new InputError(`${path}: the same run as ${before}; name each run once`);
    seen.set(real, path);
    directories.push(directory);
  }
  return directories;
}

/** Throws InputError for a checkpoint, whose run has a result of another step. */
async function runOf(path: string): Promise<string> {
  if (existsSync(join(path, CONFIG_FILE))) return path;
  if (basename(path) !== CHECKPOINTS_FOLDER && existsSync(path)) {
    const { run, checkpoint } = locateRun(path);
    if (checkpoint !== undefined)
      throw new InputError(`${path}: a checkpoint; runs are compared as they ended: ${run}`);
  }
  return path; // what is wrong with it says who opens it
}
