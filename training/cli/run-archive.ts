import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { unzip } from "../../src/data/zip.ts";
import { InputError } from "../../src/errors.ts";
import { makeFolder } from "../../src/files/folder.ts";
import { isFolder, readBytes } from "../../src/files/read.ts";
import { CONFIG_FILE } from "../run-directory.ts";

/** The files of a run that are read, as a page writes them or below the folder that a person packed. */
const FILE =
  /^(?:[^/\\]+\/)?(config\.json|metrics\.jsonl|data\.npy|checkpoints\/step-\d{6,}\/(?:manifest\.json|state\.safetensors))$/;

/** Whether a path is that of a packed run. Throws InputError for a name of one that is not there. */
export async function isArchive(path: string): Promise<boolean> {
  return extname(path).toLowerCase() === ".zip" && !(await isFolder(path));
}

/**
 * Unpacks a run into a temporary folder, which goes when `use` is done with it. Only files of a run are unpacked, under names of our
 * own. Throws InputError for what is no such archive, and whatever `use` throws, with the archive's path in place of the folder's.
 */
export async function withArchive<T>(path: string, use: (run: string) => Promise<T>): Promise<T> {
  const entries = unzip(await readBytes(path), path, (entry) => FILE.test(entry));
  const files = Array.from(entries, ([entry, content]) => [FILE.exec(entry)![1], content] as const);
  if (!files.some(([name]) => name === CONFIG_FILE)) {
    throw new InputError(
      `${path}: holds no run, it has no ${CONFIG_FILE}; expected what the page of otlearn demo writes`,
    );
  }
  const temporary = await mkdtemp(join(tmpdir(), "otlearn-run-"));
  const folder = join(temporary, basename(path, extname(path)));
  try {
    for (const [name, content] of files) {
      const file = join(folder, name);
      await makeFolder(dirname(file));
      await writeFile(file, content);
    }
    return await use(folder);
  } catch (error) {
    throw error instanceof InputError ? new InputError(error.message.replaceAll(folder, path)) : error;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
