import { dirname, join, open, rename, resolve, rm, writeFile } from "#platform/files";
import { fileError } from "./errors.ts";
import { syncFolder } from "./folder.ts";
import { removeLeftovers, temporaryName } from "./leftovers.ts";

/** Folders in which this process has looked for what killed writes left. */
const tidied = new Set<string>();

/**
 * Writes a file so that a reader, or a kill at any moment, sees the old content or the new and never a part: a temporary
 * name in the same folder, flushed to the disk, renamed. The folder must exist. The temporary file is removed where
 * anything fails, also in `content`; one that a kill left goes at the next process's first write into the folder. Throws
 * InputError (folder missing, read-only) or RunError (disk full).
 *
 * @param content text, bytes, or chunks of bytes that are written one after the other
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, temporaryName(path));
  await tidy(folder);
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

/** Once a folder and process. */
async function tidy(folder: string): Promise<void> {
  const absolute = resolve(folder);
  if (tidied.has(absolute)) return;
  tidied.add(absolute);
  await removeLeftovers(folder);
}
