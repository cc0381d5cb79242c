import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { RESULT_FOLDER } from "../checkpoints/export.ts";
import { fileError, makeFolder } from "../src/data/files.ts";
import { InputError } from "../src/errors.ts";
import { LOCK_FILE } from "./run-lock.ts";

/**
 * Throws InputError where a folder holds anything; one that is not there is vacant. What a killed process left (locks,
 * half-written files) does not count.
 */
export async function requireVacant(path: string): Promise<void> {
  const names = await namesIn(path);
  if (names.some((name) => !isLeftover(name))) throw new InputError(`${path}: is not empty; choose another folder`);
}

/** Removes the files that writes left behind which were killed, from a run and its result. The run should be locked. */
export async function removeLeftovers(path: string): Promise<void> {
  for (const folder of [path, join(path, RESULT_FOLDER)]) {
    for (const name of (await namesIn(folder)).filter((each) => HALF_WRITTEN.test(each))) {
      await rm(join(folder, name), { force: true });
    }
  }
}

/** Makes a folder of this name, or of the first of `<path>-2`, `<path>-3`, ... that is free, and returns its path. */
export async function makeFreshFolder(path: string): Promise<string> {
  await makeFolder(dirname(path));
  for (let count = 1; ; count++) {
    const candidate = count === 1 ? path : `${path}-${count}`;
    try {
      await mkdir(candidate);
      return candidate;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw fileError(candidate, error);
    }
  }
}

/** As `writeFileAtomic` names files until they are whole. */
const HALF_WRITTEN = /^\..+\.\d+-[0-9a-f]{8}\.tmp$/;

function isLeftover(name: string): boolean {
  return HALF_WRITTEN.test(name) || name.startsWith(LOCK_FILE);
}

/** Of the entries of a folder; none where it does not exist. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw fileError(folder, code === "ENOTDIR" && existsSync(folder) ? { code: "EEXIST" } : error);
  }
}
