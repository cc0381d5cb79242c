import { dirname, existsSync, mkdir, readdir } from "#platform/files";
import { fileError } from "../src/files/errors.ts";
import { makeFolder } from "../src/files/folder.ts";
import { isLeftover } from "../src/files/leftovers.ts";
import { InputError } from "../src/errors.ts";
import { LOCK_FILE } from "./run-lock.ts";

/**
 * Throws InputError where a folder holds anything; one that is not there is vacant. What a killed process left (locks,
 * half-written files) does not count.
 */
export async function requireVacant(path: string): Promise<void> {
  const names = await namesIn(path);
  if (names.some((name) => !isLeftover(name) && !name.startsWith(LOCK_FILE)))
    throw new InputError(`${path}: is not empty; choose another folder`);
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

/** The entries of a folder; none where it does not exist. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    throw fileError(folder, code === "ENOTDIR" && existsSync(folder) ? { code: "EEXIST" } : error);
  }
}
