import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError } from "./errors.ts";

/** Creates a folder, and those above it, where they are not there. Throws InputError (read-only) or RunError (disk full). */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    const refusal = (error as NodeJS.ErrnoException).code === "ENOENT" ? await firstRefusal(path) : error;
    if (refusal !== undefined) throw fileError(path, refusal);
  }
}

/** Node says ENOENT where a recursive mkdir meets a read-only file system; one folder at a time tells the reason. */
async function firstRefusal(path: string): Promise<unknown> {
  try {
    await mkdir(path);
  } catch (error) {
    const above = dirname(path);
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT" && above !== path;
    return (missing ? await firstRefusal(above) : undefined) ?? error;
  }
  return undefined;
}

/** Makes a rename survive a power failure. Windows cannot open folders and needs no such step. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
