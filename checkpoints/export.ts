import { basename, dirname, existsSync, join, readdir } from "#platform/files";
import { writeFileAtomic } from "../src/files/atomic.ts";
import { fileError } from "../src/files/errors.ts";
import { makeFolder } from "../src/files/folder.ts";
import { readNpy } from "../src/data/npy.ts";
import { writeNpz } from "../src/data/npz.ts";
import { InputError } from "../src/errors.ts";
import type { NdArray } from "../src/tensor/ndarray.ts";
import { arrayLeaves } from "../src/tensor/tree.ts";
import { version } from "../src/version.ts";
import { readCheckpoint } from "./checkpoint.ts";
import { locateCheckpoint } from "./locate.ts";
import { encodeSafetensors } from "./safetensors.ts";

/** Where a run keeps what its user came for. */
export const RESULT_FOLDER = "result";
const RESULT_EXTENSION = ".npy";

type NamedArrays = ReadonlyMap<string, NdArray>;

/** How each format writes named arrays; every one atomically. */
const WRITERS = {
  safetensors: (path: string, arrays: NamedArrays) =>
    writeFileAtomic(path, encodeSafetensors(arrays, { otlearn: version })),
  npz: (path: string, arrays: NamedArrays) => writeNpz(path, arrays),
} as const;

export type ExportFormat = keyof typeof WRITERS;
export const EXPORT_FORMATS = Object.keys(WRITERS) as readonly ExportFormat[];

export interface ExportOptions {
  /** Names of the arrays wanted. @default all */
  readonly arrays?: readonly string[];
  /** `result`: the arrays of `result/`; `state`: those of the checkpoint. @default result for a finished run, else state */
  readonly part?: "result" | "state";
}

/**
 * Writes arrays of a run (its result or its newest checkpoint) or of a checkpoint to one file, creating the folder of
 * `out` where needed. Returns the names written. Throws InputError for a source without arrays or an unknown name.
 */
export async function exportCheckpoint(
  source: string,
  format: ExportFormat,
  out: string,
  options: ExportOptions = {},
): Promise<readonly string[]> {
  const arrays = select(await exportableArrays(source, options.part), options.arrays, source);
  await makeFolder(dirname(out));
  await WRITERS[format](out, arrays);
  return [...arrays.keys()];
}

/** The named arrays of a run or checkpoint; see `ExportOptions.part`. Throws InputError. */
export async function exportableArrays(source: string, part?: ExportOptions["part"]): Promise<NamedArrays> {
  const folder = join(source, RESULT_FOLDER);
  const names = existsSync(folder) ? await arrayFilesIn(folder) : [];
  if ((part ?? (names.length > 0 ? "result" : "state")) === "result") {
    if (names.length === 0) throw new InputError(`${source}: has no arrays in ${RESULT_FOLDER}/; export its state`);
    const read = names
      .sort()
      .map(async (name) => [basename(name, RESULT_EXTENSION), await readNpy(join(folder, name))] as const);
    return new Map(await Promise.all(read));
  }
  const { state } = await readCheckpoint(await locateCheckpoint(source));
  return new Map(arrayLeaves(state));
}

async function arrayFilesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(RESULT_EXTENSION));
  } catch (error) {
    throw fileError(folder, error);
  }
}

function select(arrays: NamedArrays, wanted: readonly string[] | undefined, source: string): NamedArrays {
  if (wanted === undefined) return arrays;
  return new Map(
    wanted.map((name) => {
      const array = arrays.get(name);
      if (!array) throw new InputError(`${source}: has no array ${name}, expected ${[...arrays.keys()].join(", ")}`);
      return [name, array];
    }),
  );
}
