import { InputError } from "../errors.ts";
import type { NdArray } from "../tensor/ndarray.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { readBytes } from "../files/read.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { unzip, zip } from "./zip.ts";

const EXTENSION = ".npy";

/**
 * Reads NumPy's `.npz` format: a zip archive of `.npy` entries, stored or deflated. Entries of another kind are passed
 * over. Nothing is ever written under an entry's name; names that leave the archive (`../x`, `/x`) are refused all the
 * same, since no honest program writes them.
 *
 * @param name what messages call the content (its path)
 * @returns arrays under their names (without `.npy`), in the order of the archive
 * @throws InputError for a damaged archive or an array that `decodeNpy` refuses
 */
export function decodeNpz(bytes: Uint8Array, name: string): Map<string, NdArray> {
  const entries = unzip(bytes, name, (entry) => entry.endsWith(EXTENSION));
  if (entries.has("indptr.npy")) {
    throw new InputError(`${name}: SciPy sparse matrices are not read from .npz; write .mtx with scipy.io.mmwrite`);
  }
  return new Map(
    Array.from(entries, ([entry, content]) => [
      entry.slice(0, -EXTENSION.length),
      decodeNpy(content, `${name}, entry ${entry}`),
    ]),
  );
}

/** The `.npz` bytes (deflated) of named arrays: `Object.entries(record)`, a map, or the leaves of a state tree. */
export function encodeNpz(arrays: Iterable<readonly [name: string, array: NdArray]>): Uint8Array {
  return zip(Array.from(arrays, ([name, array]) => [`${name}${EXTENSION}`, encodeNpy(array)] as const));
}

/** Reads a `.npz` file; see `decodeNpz`. */
export async function readNpz(path: string): Promise<Map<string, NdArray>> {
  return decodeNpz(await readBytes(path), path);
}

/** Writes a `.npz` file, atomically; see `encodeNpz`. */
export async function writeNpz(path: string, arrays: Iterable<readonly [name: string, array: NdArray]>): Promise<void> {
  await writeFileAtomic(path, encodeNpz(arrays));
}
