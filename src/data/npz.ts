import { crc32 } from "#platform/streams";
import { unzipSync, zipSync } from "fflate";
import { InputError } from "../errors.ts";
import type { NdArray } from "../tensor/ndarray.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { requireMemory } from "../files/memory.ts";
import { readBytes } from "../files/read.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { checksumsOf } from "./zip-checksums.ts";

const EXTENSION = ".npy";
/** Written as the time of every entry, so that the same arrays give the same bytes. The first that zip can hold. */
const ENTRY_TIME = new Date(1980, 0, 1);
/** Deflate shrinks by 1032 at most; an entry that claims more is not one. */
const LARGEST_DEFLATE_RATIO = 1032;

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
  const entries = unzip(bytes, name);
  if (Object.hasOwn(entries, "indptr.npy")) {
    throw new InputError(`${name}: SciPy sparse matrices are not read from .npz; write .mtx with scipy.io.mmwrite`);
  }
  return new Map(
    Object.entries(entries).map(([entry, content]) => [
      entry.slice(0, -EXTENSION.length),
      decodeNpy(content, `${name}, entry ${entry}`),
    ]),
  );
}

/** The `.npz` bytes (deflated) of named arrays: `Object.entries(record)`, a map, or the leaves of a state tree. */
export function encodeNpz(arrays: Iterable<readonly [name: string, array: NdArray]>): Uint8Array {
  const entries = Array.from(arrays, ([name, array]) => [`${name}${EXTENSION}`, encodeNpy(array)] as const);
  return zipSync(Object.fromEntries(entries), { mtime: ENTRY_TIME, level: 6 });
}

/** Reads a `.npz` file; see `decodeNpz`. */
export async function readNpz(path: string): Promise<Map<string, NdArray>> {
  return decodeNpz(await readBytes(path), path);
}

/** Writes a `.npz` file, atomically; see `encodeNpz`. */
export async function writeNpz(path: string, arrays: Iterable<readonly [name: string, array: NdArray]>): Promise<void> {
  await writeFileAtomic(path, encodeNpz(arrays));
}

/** The `.npy` entries, each of the length and the CRC-32 that the archive's directory says. */
function unzip(bytes: Uint8Array, name: string): Record<string, Uint8Array> {
  const checksums = checksumsOf(bytes, name);
  let total = 0;
  const read = (): Record<string, Uint8Array> =>
    unzipSync(bytes, {
      filter({ name: entry, size, originalSize }) {
        if (/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(entry)) {
          throw new InputError(`${name}: refused, entry ${JSON.stringify(entry)} points outside the archive`);
        }
        if (originalSize > size * LARGEST_DEFLATE_RATIO) {
          throw new InputError(`${name}: damaged archive, entry ${entry} claims ${originalSize} bytes`);
        }
        const wanted = entry.endsWith(EXTENSION);
        if (wanted) requireMemory((total += originalSize), name, "what it unpacks to");
        return wanted;
      },
    });
  let entries: Record<string, Uint8Array>;
  try {
    entries = read();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${name}: not a complete .npz (zip) archive (${(error as Error).message})`);
  }
  for (const [entry, content] of Object.entries(entries)) {
    const { crc, size } = checksums.get(entry) ?? {};
    if (content.length !== size || crc32(content) !== crc) {
      throw new InputError(`${name}: damaged archive, entry ${entry} has another CRC-32 than the archive says`);
    }
  }
  return entries;
}
