import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError, RunError } from "../errors.ts";

/** What a system error says about a path that a person gave: theirs to correct. */
const INPUT_REASONS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "lies below something that is not a folder",
  EISDIR: "is a folder, expected a file",
  EEXIST: "is a file, expected a folder",
  EACCES: "is not accessible (permissions)",
  EPERM: "is not accessible (permissions)",
  EROFS: "lies on a read-only file system",
  ENAMETOOLONG: "has too long a name",
  ERR_FS_FILE_TOO_LARGE: "is too large to be read at once",
  ERR_STRING_TOO_LONG: "is too large to be read as text",
};

/** What a system error says about the machine. */
const RUN_REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "cannot be written: the disk is full",
  EDQUOT: "cannot be written: the disk quota is used up",
  EFBIG: "cannot be written: larger than files may be here",
  EIO: "cannot be accessed: input/output error",
  EMFILE: "cannot be opened: too many open files",
};

/**
 * One line for a failed file operation: an InputError for what the person can correct (missing, a folder, permissions),
 * a RunError for what the machine lacks (disk full). Anything else comes back unchanged.
 */
export function fileError(path: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  if (Object.hasOwn(INPUT_REASONS, code)) return new InputError(`${path}: ${INPUT_REASONS[code]}`);
  if (Object.hasOwn(RUN_REASONS, code)) return new RunError(`${path}: ${RUN_REASONS[code]}`);
  return error;
}

/** Creates a folder, and those above it, where they are not there. Throws InputError (read-only) or RunError (disk full). */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw fileError(path, (error as NodeJS.ErrnoException).code === "ENOENT" ? await firstRefusal(path) : error);
  }
}

/** Node says ENOENT where a recursive mkdir meets a read-only file system; one folder at a time tells the reason. */
async function firstRefusal(path: string): Promise<unknown> {
  try {
    await mkdir(path);
  } catch (error) {
    const above = dirname(path);
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT" && above !== path;
    return missing ? firstRefusal(above) : error;
  }
  return undefined;
}

/** The bytes of a file. Throws InputError where it is missing, a folder or not readable. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw fileError(path, error);
  }
}

/** A file as UTF-8 text. Throws InputError where it is missing, a folder or not readable. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw fileError(path, error);
  }
}

/**
 * Writes a file so that a reader, or a kill at any moment, sees the old content or the new and never a part: a temporary
 * name in the same folder, flushed to the disk, renamed. The folder must exist. The temporary file is removed where
 * anything fails. Throws InputError (folder missing, read-only) or RunError (disk full).
 *
 * @param content text, bytes, or chunks of bytes that are written one after the other
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await writeFile(file, content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to report
    throw fileError(path, error);
  }
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
