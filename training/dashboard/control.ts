import { readdir, readlink, realpath } from "node:fs/promises";
import { join } from "node:path";
import { InputError } from "../../src/errors.ts";
import { componentOf } from "../components/index.ts";
import { METRICS_FILE } from "../run-directory.ts";
import { isHere } from "../run-lock.ts";
import { ExitStatus } from "../cli/exit-status.ts";
import { runChild } from "./child.ts";
import type { WatchedRun } from "./watched-run.ts";

/**
 * Asks the process that trains a run to save a checkpoint and end, as Ctrl-C does. A lock is a file like others, so the process
 * that it names must be seen to write this run. Throws InputError, or RunError, where there is none.
 */
export async function stopRun(run: WatchedRun): Promise<void> {
  const { name, path } = run.found;
  const holder = await run.holder();
  if (!holder) throw new InputError(`${name}: nobody trains it`);
  if (!isHere(holder))
    throw new InputError(`${name}: process ${holder.pid} on ${holder.host} trains it; stop it there`);
  if (!(await writes(holder.pid, join(path, METRICS_FILE)))) {
    throw new InputError(
      `${name}: process ${holder.pid} is not training it just now (it starts, or writes the result); try again, or wait for its end`,
    );
  }
  try {
    process.kill(holder.pid, "SIGINT");
  } catch (error) {
    throw new InputError(`${name}: process ${holder.pid} cannot be stopped (${(error as NodeJS.ErrnoException).code})`);
  }
  run.isStopping = true;
}

/** Whether a process has a file open; only Linux tells. */
async function writes(pid: number, file: string): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const folder = `/proc/${pid}/fd`;
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(descriptors.map((name) => readlink(join(folder, name)).catch(() => "")));
  return targets.includes(await realpath(file).catch(() => "none"));
}

/**
 * Goes on with an interrupted run in a process of its own, which does not end with the dashboard. Returns at once; what it says
 * when it fails comes with the run's summary. Throws InputError for a run that is being written.
 */
export async function resumeRun(run: WatchedRun, command: readonly string[], log: string): Promise<void> {
  const { name, path } = run.found;
  const { task } = await run.look();
  if (run.isStarting || (await run.holder())) throw new InputError(`${name}: a process writes it already`);
  const component = componentOf(task ?? "");
  run.failure = undefined;
  run.isStarting = true;
  const args = ["train", component.name, "--resume", path, "--quiet"];
  void runChild({ command, args, log, detached: true })
    .then(({ status, said }) => {
      const isFine = status === ExitStatus.done || status === ExitStatus.interrupted;
      return isFine ? undefined : said || `it ended with status ${status}`;
    })
    .catch((error: Error) => error.message)
    .then((failure) => Object.assign(run, { failure, isStarting: false }));
}
