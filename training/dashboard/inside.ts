import { constants } from "node:fs";
import { open, realpath } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";
import { InputError } from "../../src/errors.ts";
import { fileError } from "../../src/files/errors.ts";
import { readAt, type OpenFile } from "../../src/files/read.ts";
import { formatBytes } from "../../src/memory.ts";

/** Neither waits for a pipe nor follows a link that took the place of the file since it was looked at. */
const READ = [constants.O_RDONLY, constants.O_NONBLOCK, constants.O_NOFOLLOW].reduce(
  (flags, flag: number | undefined) => flags | (flag ?? 0), // Windows lacks two
);

/** Whether a real path is a folder's own or one below it. */
export function liesInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/**
 * Opens a regular file for reading that really lies in the folder `root` (a real path), wherever links lead; the caller closes it.
 * Messages name the file as seen from there. Throws InputError for anything else.
 */
export async function openInside(root: string, path: string): Promise<OpenFile> {
  const name = relative(root, path) || path;
  try {
    const real = await realpath(path);
    if (!liesInside(root, real)) {
      throw new InputError(`${name}: leads out of the dashboard's directory, which is not followed; copy it there`);
    }
    const handle = await open(real, READ);
    try {
      const stats = await handle.stat();
      if (!stats.isFile()) throw new InputError(`${name}: not a regular file`);
      return { path: name, handle, size: stats.size };
    } catch (error) {
      await handle.close();
      throw error;
    }
  } catch (error) {
    throw fileError(name, error);
  }
}

/** A whole file of at most `most` bytes as text, read as `openInside` opens it. Throws InputError for a larger one, unread. */
export async function readInside(root: string, path: string, most: number): Promise<string> {
  const file = await openInside(root, path);
  try {
    if (file.size > most) {
      throw new InputError(
        `${file.path}: ${formatBytes(file.size)}, at most ${formatBytes(most)} are read; is it what its name says?`,
      );
    }
    return new TextDecoder().decode(await readAt(file, 0, new Uint8Array(file.size)));
  } finally {
    await file.handle.close();
  }
}

/** A JSON object in a file, read as `readInside` does. Throws InputError for what is none. */
export async function readRecord(root: string, path: string, most: number): Promise<Record<string, unknown>> {
  const text = await readInside(root, path, most);
  const name = relative(root, path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${name}: damaged, not JSON`);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new InputError(`${name}: damaged or foreign, expected an object`);
}
