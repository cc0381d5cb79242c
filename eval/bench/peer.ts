import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { BenchResult } from "./timing.ts";

const run = promisify(execFile);

/** Outcome of a peer program: its lines, or why there are none. */
export type PeerOutcome = { readonly results: BenchResult[] } | { readonly skipped: string };

/**
 * Runs a peer of `eval/bench/peers` with the Python of `OTLEARN_PYTHON` (default python3). A peer whose packages are not
 * installed is skipped by name.
 */
export async function runPeer(script: string, args: readonly string[]): Promise<PeerOutcome> {
  const python = process.env["OTLEARN_PYTHON"] ?? "python3";
  try {
    const { stdout } = await run(python, [join(peersFolder(), script), ...args]);
    return {
      results: stdout
        .trimEnd()
        .split("\n")
        .filter((line) => line.startsWith("{")) // libraries may have their say, too
        .map((line) => JSON.parse(line) as BenchResult),
    };
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    const why = stderr.trim().split("\n").at(-1) ?? message;
    return { skipped: `${script}: ${why || message.split("\n")[0]}` };
  }
}

/** The scripts stay with the sources: two levels below the package here, three in `dist`. */
function peersFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return join(folder, "eval", "bench", "peers");
}
