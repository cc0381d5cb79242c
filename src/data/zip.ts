import { crc32 } from "#platform/streams";
import { unzipSync, zipSync } from "fflate";
import { InputError } from "../errors.ts";
import { requireMemory } from "../files/memory.ts";
import { checksumsOf } from "./zip-checksums.ts";

/** Written as the time of every entry, so that the same content gives the same bytes. The first that zip can hold. */
const ENTRY_TIME = new Date(1980, 0, 1);
/** Deflate shrinks by 1032 at most; an entry that claims more is not one. */
const LARGEST_DEFLATE_RATIO = 1032;

/** The bytes of a zip archive (deflated) with these entries, in their order. */
export function zip(entries: Iterable<readonly [name: string, content: Uint8Array]>): Uint8Array<ArrayBuffer> {
  return zipSync(Object.fromEntries(entries), { mtime: ENTRY_TIME, level: 6 });
}

/**
 * The entries of a zip archive that are wanted, stored or deflated, each of the length and the CRC-32 that the archive's directory
 * says. Names that leave the archive (`../x`, `/x`) are refused, wanted or not, since no honest program writes them.
 *
 * @param name what messages call the archive (its path)
 * @throws InputError for a damaged archive, or one that needs too much memory
 */
export function unzip(bytes: Uint8Array, name: string, wanted: (entry: string) => boolean): Map<string, Uint8Array> {
  const checksums = checksumsOf(bytes, name);
  const entries = new Map(Object.entries(unpacked(bytes, name, wanted)));
  for (const [entry, content] of entries) {
    const { crc, size } = checksums.get(entry) ?? {};
    if (content.length !== size || crc32(content) !== crc) {
      throw new InputError(`${name}: damaged archive, entry ${entry} has another CRC-32 than the archive says`);
    }
  }
  return entries;
}

function unpacked(bytes: Uint8Array, name: string, wanted: (entry: string) => boolean): Record<string, Uint8Array> {
  let total = 0;
  try {
    return unzipSync(bytes, {
      filter({ name: entry, size, originalSize }) {
        if (/^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)/.test(entry)) {
          throw new InputError(`${name}: refused, entry ${JSON.stringify(entry)} points outside the archive`);
        }
        if (originalSize > size * LARGEST_DEFLATE_RATIO) {
          throw new InputError(`${name}: damaged archive, entry ${entry} claims ${originalSize} bytes`);
        }
        if (!wanted(entry)) return false;
        requireMemory((total += originalSize), name, "what it unpacks to");
        return true;
      },
    });
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${name}: not a complete zip archive (${(error as Error).message})`);
  }
}
