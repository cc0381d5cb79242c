import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { vi } from "vitest";
import { writeNpy } from "../../src/data/npy.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { Random } from "../../src/tensor/random.ts";
import { main } from "../../training/cli/main.ts";
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

/** `train wdl` on the images of `writeBumps` in the same folder: well below a second of training. */
export const TRAIN_SMALL = "train wdl --backend cpu --data bumps.npy --atoms 3 --sinkhorn-iterations 5".split(" ");

/** A training that goes on until it is stopped, some hundred steps a second, and evaluates nothing. */
export const TRAIN_LONG = (
  "train sinkinit --preset tiny --backend wasm --grid 8 --widths 16,16 --generator-widths 8 --batch 8 --limit 4 " +
  "--samples 8000000 --evaluate-every 1000000 --checkpoint-every 1000000 --quiet"
).split(" ");

/** Height and width of the images of `writeBumps`. */
export const BUMPS_SIZE = [8, 10] as const;

/** Writes images of two bumps at random places, more varied than a few components can follow. */
export async function writeBumps(folder: string, { name = "bumps.npy", count = 12, seed = 0 } = {}): Promise<void> {
  const random = Random.fromSeed(seed);
  const [height, width] = BUMPS_SIZE;
  const images = Array.from({ length: count }, () => {
    const places = [0, 1].map(() => [random.uniform() * height, random.uniform() * width]);
    return Array.from({ length: height * width }, (_, pixel) => {
      const heights = places.map(([y, x]) => {
        const squared = (Math.floor(pixel / width) - y) ** 2 + ((pixel % width) - x) ** 2;
        return Math.exp(-squared / 6);
      });
      return Math.round(20 + 200 * Math.max(...heights));
    });
  });
  await writeNpy(join(folder, name), ndarray(Uint8Array.from(images.flat()), [count, height, width]));
}

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

/** Runs the command line to its end in this process, which saves the start of one. Not for tests that run concurrently. */
export async function otlearnHere(args: readonly string[], folder: string): Promise<Omit<Outcome, "signal">> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += String(text);
      return true;
    }),
  );
  const home = process.cwd();
  process.chdir(folder);
  vi.stubEnv("OTLEARN_DATA", MISSING_DATA_FOLDER);
  try {
    return { code: await main(args), ...written };
  } finally {
    vi.unstubAllEnvs();
    process.chdir(home);
    for (const spy of spies) spy.mockRestore();
  }
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
