import { basename, existsSync, join, readdir, readlink } from "#platform/files";
import { fileError } from "../src/files/errors.ts";
import { InputError } from "../src/errors.ts";
import { MANIFEST_FILE } from "./checkpoint.ts";

/** Where a run keeps its checkpoints. */
export const CHECKPOINTS_FOLDER = "checkpoints";
/** A link to the newest complete checkpoint. */
export const LATEST_LINK = "latest";
const STEP_FOLDER = /^step-(\d{6,})$/;

/** `step-000010`. */
export function stepFolder(step: number): string {
  return `step-${String(step).padStart(6, "0")}`;
}

/** True if the folder holds a checkpoint: its name appears only once it is complete. */
export function isCheckpoint(folder: string): boolean {
  return existsSync(join(folder, MANIFEST_FILE));
}

/** Steps of the complete checkpoints in a `checkpoints` folder, ascending; none if the folder does not exist. */
export async function listCheckpoints(folder: string): Promise<number[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw fileError(folder, error);
  });
  return names
    .filter((name) => STEP_FOLDER.test(name) && isCheckpoint(join(folder, name)))
    .map((name) => Number(STEP_FOLDER.exec(name)![1]))
    .sort((a, b) => a - b);
}

/**
 * The newest complete checkpoint in a `checkpoints` folder: what `latest` points to or, where the link is missing or
 * broken, the one of the highest step. Undefined if there is none.
 */
export async function latestCheckpoint(folder: string): Promise<string | undefined> {
  const target = await readlink(join(folder, LATEST_LINK)).catch(() => undefined);
  if (target !== undefined && STEP_FOLDER.test(basename(target)) && isCheckpoint(join(folder, basename(target)))) {
    return join(folder, basename(target));
  }
  const newest = (await listCheckpoints(folder)).at(-1);
  return newest === undefined ? undefined : join(folder, stepFolder(newest));
}

/**
 * The checkpoint folder that a person means by a path: itself, the newest of a run directory, or the newest of a
 * `checkpoints` folder. Throws InputError where there is none.
 */
export async function locateCheckpoint(path: string): Promise<string> {
  if (isCheckpoint(path)) return path;
  const found = (await latestCheckpoint(join(path, CHECKPOINTS_FOLDER))) ?? (await latestCheckpoint(path));
  if (found !== undefined) return found;
  throw new InputError(
    existsSync(path)
      ? `${path}: holds no checkpoint; expected a run directory or a folder with ${MANIFEST_FILE}`
      : `${path}: does not exist; expected a run directory or a checkpoint`,
  );
}
