import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { compiledRoot } from "./compiled.ts";

/** How a process ended. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  /** Use the native kernels where they are built. @default true */
  readonly native?: boolean;
  /** The command that runs node with its arguments in place of node itself: `(command) => ["nice", ...command]`. */
  readonly wrap?: (command: readonly string[]) => readonly string[];
}

/** `train wdl` on a few small faces: a second or two. */
export const TRAIN_SMALL = "train wdl --backend cpu --size 12x10 --limit 6 --atoms 3 --sinkhorn-iterations 5".split(
  " ",
);

/** `OTLEARN_DATA` of the tests: a folder that is not there unless a test makes it. */
export const MISSING_DATA_FOLDER = "data-folder-of-the-tests";

/** Starts the command line as a child process; `ended` resolves when it has ended and its output is complete. */
export async function startOtlearn(
  args: readonly string[],
  { cwd, native = true, wrap = (command) => command }: CliOptions = {},
): Promise<{ readonly child: ChildProcess; readonly ended: Promise<Outcome> }> {
  const script = join(await compiledRoot(), "training", "cli", "otlearn.js");
  const [command, ...rest] = wrap([process.execPath, script, ...args]);
  const env = { ...process.env, OTLEARN_DATA: MISSING_DATA_FOLDER, OTLEARN_NATIVE: native ? "1" : "0" };
  const child = spawn(command, rest, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  return { child, ended: outcomeOf(child) };
}

/** Runs the command line to its end. */
export async function otlearn(args: readonly string[], options?: CliOptions): Promise<Outcome> {
  return (await startOtlearn(args, options)).ended;
}

/** The objects of JSON lines. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]!.setEncoding("utf8").on("data", (text: string) => (texts[name] += text));
  }
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, ...texts };
}
