import { spawn } from "node:child_process";
import { basename, dirname, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** After which a dashboard that says nothing is given up. */
const PATIENCE_MS = 30_000;

/**
 * Starts the dashboard of a run as a process of its own, with a browser where there is a display: steps that compute for minutes
 * in native code do not stop it, nor does it take time from them, and it may be looked at after the training has ended. Returns its
 * address; throws an Error that says in one line why there is none.
 */
export async function startCompanion(run: string): Promise<string> {
  const folder = dirname(resolve(run));
  const directory = basename(folder) === "runs" ? folder : resolve(run);
  const otlearn = fileURLToPath(new URL("../cli/otlearn.js", import.meta.url));
  const args = ["dashboard", "--json", "--open", "--with-training", "--show", resolve(run), "--", directory];
  const child = spawn(process.execPath, [otlearn, ...args], { stdio: ["pipe", "pipe", "pipe"], detached: true });
  const timer = setTimeout(() => child.kill(), PATIENCE_MS).unref();
  child.stdin.on("error", () => undefined);
  try {
    const address = new Promise<string>((found, failed) => {
      let said = "";
      child.once("error", failed);
      child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
      child.once("close", () => failed(new Error(said.trim().split("\n").at(-1) || "it ended without a word")));
      createInterface(child.stdout).once("line", (line) => found((JSON.parse(line) as { url: string }).url));
    });
    return await address;
  } finally {
    clearTimeout(timer);
    // The training does not wait for it, but ends its standard input by ending.
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref();
  }
}
