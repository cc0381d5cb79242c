import { InputError } from "../errors.ts";

const BLOCK = 512;
/** Types of entries that are plain files: the POSIX one and the old one. */
const PLAIN_FILE = ["0", "\0"];

export interface TarEntry {
  readonly name: string;
  /** A view into the archive. */
  readonly data: Uint8Array;
}

/**
 * The plain files of a tar archive, in order; links, folders and extended headers are passed over. Nothing is written
 * anywhere, so names cannot do harm. Throws InputError for an archive that ends early or is none.
 *
 * @param archive what messages call it
 */
export function* tarEntries(bytes: Uint8Array, archive: string): Generator<TarEntry> {
  const decoder = new TextDecoder();
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return;
    const field = (from: number, length: number): string =>
      decoder.decode(header.subarray(from, from + length)).replace(/\0.*$/s, "");
    const size = parseInt(field(124, 12).trim(), 8);
    const end = at + BLOCK + size;
    if (!(size >= 0 && end <= bytes.length)) throw new InputError(`${archive}: damaged tar archive at byte ${at}`);
    const prefix = field(345, 155);
    const name = prefix ? `${prefix}/${field(0, 100)}` : field(0, 100);
    if (PLAIN_FILE.includes(String.fromCharCode(header[156]))) yield { name, data: bytes.subarray(at + BLOCK, end) };
    at = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
}
