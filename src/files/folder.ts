import { dirname, mkdir, open, stat } from "#platform/files";
import { InputError } from "../errors.ts";
import { fileError } from "./errors.ts";

/**
 * Creates a folder, and those above it, where they are not there. Throws InputError (read-only, below a file) or RunError
 * (disk full). One folder at a time: Node's recursive mkdir never ends where a file system makes no folders, as in /proc.
 */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(path);
    if (code === "EEXIST") return requireFolder(path);
    if (code !== "ENOENT" || above === path) throw fileError(path, error);
    if (await stat(above).catch(() => undefined)) throw new InputError(`${path}: no folder can be made there`);
    await makeFolder(above);
    await makeFolder(path);
  }
}

/** Throws InputError for what is there and no folder: a file, a link that leads nowhere or round in a loop. */
async function requireFolder(path: string): Promise<void> {
  const stats = await stat(path).catch((error: unknown) => {
    throw fileError(path, error);
  });
  if (!stats.isDirectory()) throw fileError(path, { code: "EEXIST" });
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
