import { createHash } from "node:crypto";
import { readdir, realpath } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { fileError } from "../../src/files/errors.ts";
import { CONFIG_FILE, METRICS_FILE } from "../run-directory.ts";
import { liesInside } from "./inside.ts";

/** A folder that holds a run, or what is left of one. */
export interface FoundRun {
  /** The same for the same place below the directory. */
  readonly id: string;
  readonly name: string;
  readonly path: string;
}

export interface Found {
  readonly runs: readonly FoundRun[];
  /** What was passed over, and why: a line each. */
  readonly notes: readonly string[];
}

/** Folders below the directory that are looked into: `runs/a` and `runs/series/a`. */
const MOST_DEPTH = 2;
const MOST_RUNS = 1000;

/** The id of the run in a folder below the directory; both are real paths. */
export function idOf(root: string, path: string): string {
  return createHash("sha256").update(relative(root, path)).digest("base64url").slice(0, 16);
}

/** The runs in a directory (its real path), which may be one itself. Links are not followed. Throws InputError where it cannot be read. */
export async function findRuns(root: string): Promise<Found> {
  const runs: FoundRun[] = [];
  const notes: string[] = [];

  async function look(path: string, depth: number): Promise<void> {
    const entries = await readdir(path, { withFileTypes: true });
    if (entries.some(({ name }) => name === CONFIG_FILE || name === METRICS_FILE)) {
      runs.push({ id: idOf(root, path), name: relative(root, path) || basename(root), path });
      return;
    }
    if (depth === MOST_DEPTH) return;
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith(".") || runs.length >= MOST_RUNS) continue;
      const below = join(path, entry.name);
      try {
        if (entry.isDirectory()) await look(below, depth + 1);
        else if (entry.isSymbolicLink() && !liesInside(root, await realpath(below))) {
          notes.push(`${relative(root, below)}: a link that leads out of the directory; not followed`);
        }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") continue; // deleted meanwhile, or a link to nothing
        const known = fileError(relative(root, below), error);
        notes.push((known as Error).message);
      }
    }
  }

  await look(root, 0).catch((error: unknown) => {
    throw fileError(root, error);
  });
  if (runs.length >= MOST_RUNS) notes.push(`only the first ${MOST_RUNS} runs are shown; open a folder with fewer`);
  return { runs, notes };
}
