import { join, readFile, realpath, rename, rm, writeFile } from "#platform/files";
import { randomBytes } from "#platform/hashing";
import { hostname, uptime } from "#platform/process";
import { fileError } from "../src/files/errors.ts";
import { InputError } from "../src/errors.ts";

/** Names the process that writes a run; there only while one does. */
export const LOCK_FILE = ".lock";

/** Who holds a lock: enough to tell a living process from a dead one whose number another process has got since. */
export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the system counts it; empty where that cannot be told (not Linux). */
  readonly started: string;
  /** When the lock was taken, in milliseconds since 1970. */
  readonly taken: number;
}

/** A lock of this length of time without content was left by a kill, not just made. */
const LONGEST_WRITE_MS = 500;

interface Hold {
  readonly taken: Promise<void>;
  /** How often this process holds the lock. */
  times: number;
}

/** Locks of this process, by the real path of the run. */
const held = new Map<string, Hold>();

/**
 * Keeps other processes from writing a run until the returned function is called. A process may hold a run more than once. The
 * lock of a process that is gone is taken over; on another host that cannot be seen, so there the message says which file to
 * remove. The folder must exist. Throws InputError where another process writes the run.
 */
export async function lockRun(run: string): Promise<() => Promise<void>> {
  const folder = await realpath(run).catch((error: unknown) => {
    throw fileError(run, error);
  });
  const file = join(folder, LOCK_FILE);
  const hold = held.get(folder) ?? { taken: take(file, run), times: 0 };
  held.set(folder, hold);
  hold.times++;
  const release = async (): Promise<void> => {
    if (--hold.times > 0) return;
    held.delete(folder);
    await rm(file, { force: true });
  };
  try {
    await hold.taken;
  } catch (error) {
    held.delete(folder);
    throw error;
  }
  return release;
}

async function take(file: string, run: string): Promise<void> {
  const own = JSON.stringify(await thisProcess());
  for (;;) {
    try {
      return await writeFile(file, own, { flag: "wx" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        await rm(file, { force: true }).catch(() => undefined); // made, but not written on a full disk
        throw fileError(run, error);
      }
    }
    const found = await contentOf(file);
    const holder = holderIn(found);
    if (holder && (await isAlive(holder))) throw new InputError(inUse(run, file, holder));
    if (found !== undefined) await removeStale(file, found);
  }
}

/** The lock's text, undefined where it has gone. An empty one is given time: it may be about to be written. */
async function contentOf(file: string): Promise<string | undefined> {
  const deadline = Date.now() + LONGEST_WRITE_MS;
  for (;;) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== "" || Date.now() > deadline) return text;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/**
 * Moves the lock away before it is removed: where another process was faster, what was moved is its new lock, which goes
 * back.
 */
async function removeStale(file: string, stale: string): Promise<void> {
  const aside = `${file}.${randomBytes(4).toString("hex")}`;
  try {
    await rename(file, aside);
  } catch {
    return; // another process has removed it
  }
  if ((await readFile(aside, "utf8")) === stale) await rm(aside, { force: true });
  else await rename(aside, file);
}

/** Whom a lock's text names; undefined where it names nobody. */
export function holderIn(text: string | undefined): Holder | undefined {
  try {
    const holder = JSON.parse(text ?? "") as Partial<Holder> | null;
    return typeof holder?.pid === "number" && typeof holder.host === "string" ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

async function thisProcess(): Promise<Holder> {
  return { pid: process.pid, host: hostname(), started: await startOf(process.pid), taken: Date.now() };
}

/** Whether a lock's holder is a process of this machine. */
export function isHere({ host }: Holder): boolean {
  return host === hostname();
}

/** Whether a lock's holder still runs; one of another machine is taken to. */
export async function isAlive(holder: Holder): Promise<boolean> {
  const { pid, started, taken } = holder;
  if (!isHere(holder)) return true; // it cannot be seen from here
  const booted = Date.now() - 1000 * uptime();
  if (taken < booted - CLOCK_TOLERANCE_MS || !isRunning(pid)) return false;
  return started === (await startOf(pid));
}

/** Clocks are set while a machine runs. */
const CLOCK_TOLERANCE_MS = 60_000;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it is there, and another user's
  }
}

/** When a process started, in clock ticks since the boot: field 22 of `/proc/<pid>/stat`, the 20th after the name. */
async function startOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function inUse(run: string, file: string, { pid, host, taken }: Holder): string {
  const since = new Date(taken).toISOString().slice(0, 19).replace("T", " ");
  const advice =
    host === hostname() ? "wait for its end, or end it" : `if that process is gone, remove ${JSON.stringify(file)}`;
  return `${run}: process ${pid} on ${host} has been writing this run since ${since} UTC; ${advice}`;
}
