import { spawn } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { setPriority } from "node:os";

export interface ChildOptions {
  /** What runs otlearn: node and the script. */
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** File that its standard error goes to, so that the child does not need this process. */
  readonly log: string;
  /** It goes on when this process ends. @default false */
  readonly detached?: boolean;
  /** Others come first. @default false */
  readonly lowPriority?: boolean;
  /** Ends it. */
  readonly signal?: AbortSignal;
}

/** Runs otlearn; returns its exit status (null: by a signal) and the last line that it said. */
export async function runChild(
  options: ChildOptions,
): Promise<{ readonly status: number | null; readonly said: string }> {
  const { command, args, log, detached = false, lowPriority = false, signal } = options;
  const [program, ...first] = command;
  const output = await open(log, "w");
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      const stdio = ["ignore", "ignore", output.fd] as const;
      const child = spawn(program, [...first, ...args], { stdio: [...stdio], detached, signal, windowsHide: true });
      if (detached) child.unref();
      if (lowPriority && child.pid !== undefined) lower(child.pid);
      child.once("error", reject);
      child.once("exit", resolve);
    });
    const text = await readFile(log, "utf8");
    const said = text.trimEnd().split("\n").at(-1) ?? "";
    return { status, said: said.replace(/^otlearn: /, "") };
  } finally {
    await output.close();
  }
}

function lower(pid: number): void {
  try {
    setPriority(pid, 10);
  } catch {
    // it has ended already, or priorities cannot be set here
  }
}
