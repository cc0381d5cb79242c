import { strFromU8 } from "fflate";
import { InputError } from "../errors.ts";

/** What the directory of a zip archive says of an entry. */
export interface ZipChecksum {
  readonly crc: number;
  /** Bytes unpacked. */
  readonly size: number;
}

// signatures and sizes of records, and where the fields lie in them (PKWARE APPNOTE 6.3.10, sections 4.3.12 to 4.3.16)
const END = { signature: 0x06054b50, bytes: 22, entries: 10, directory: 16 } as const;
const END_64_LOCATOR = { signature: 0x07064b50, bytes: 20, end: 8 } as const;
const END_64 = { signature: 0x06064b50, entries: 32, directory: 48 } as const;
const ENTRY = {
  signature: 0x02014b50,
  bytes: 46,
  flags: 8,
  crc: 16,
  size: 24,
  name: 28,
  extra: 30,
  comment: 32,
} as const;
/** An archive's comment is the last thing in it. */
const MOST_COMMENT_BYTES = 0xffff;
const UTF8_FLAG = 0x800;
/** In place of a size that needs 64 bits, which an extra field then holds first. */
const IN_EXTRA_FIELD = 0xffffffff;
const EXTRA_64 = 1;

/**
 * CRC-32 and size of every entry of a zip archive, by name: what fflate reads past. Throws InputError for an archive without a
 * complete directory.
 */
export function checksumsOf(bytes: Uint8Array, archive: string): Map<string, ZipChecksum> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const { directory, entries } = directoryOf(view);
    const found = new Map<string, ZipChecksum>();
    for (let at = directory, count = 0; count < entries; count++) {
      if (view.getUint32(at, true) !== ENTRY.signature) throw new RangeError("no entry");
      const [name, extra, comment] = [ENTRY.name, ENTRY.extra, ENTRY.comment].map((field) =>
        view.getUint16(at + field, true),
      );
      const nameStart = at + ENTRY.bytes;
      const isUtf8 = (view.getUint16(at + ENTRY.flags, true) & UTF8_FLAG) !== 0;
      const text = strFromU8(bytes.subarray(nameStart, nameStart + name), !isUtf8);
      const size = view.getUint32(at + ENTRY.size, true);
      found.set(text, {
        crc: view.getUint32(at + ENTRY.crc, true),
        size: size === IN_EXTRA_FIELD ? sizeInExtra(view, nameStart + name, extra) : size,
      });
      at = nameStart + name + extra + comment;
    }
    return found;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // reading beyond the end
    throw new InputError(`${archive}: not a complete zip archive (its directory is missing or damaged)`);
  }
}

/** Where the directory starts, and how many entries it has. */
function directoryOf(view: DataView): { directory: number; entries: number } {
  let end = view.byteLength - END.bytes;
  const least = Math.max(0, end - MOST_COMMENT_BYTES);
  while (end >= least && view.getUint32(end, true) !== END.signature) end--;
  if (end < least) throw new RangeError("no end of directory");
  const locator = end - END_64_LOCATOR.bytes;
  if (locator >= 0 && view.getUint32(locator, true) === END_64_LOCATOR.signature) {
    const end64 = Number(view.getBigUint64(locator + END_64_LOCATOR.end, true));
    if (view.getUint32(end64, true) !== END_64.signature) throw new RangeError("no 64-bit end of directory");
    const [directory, entries] = [END_64.directory, END_64.entries].map((field) =>
      Number(view.getBigUint64(end64 + field, true)),
    );
    return { directory, entries };
  }
  return { directory: view.getUint32(end + END.directory, true), entries: view.getUint16(end + END.entries, true) };
}

/** The unpacked size in the extra field for 64 bits, of which it is the first. */
function sizeInExtra(view: DataView, start: number, length: number): number {
  for (let at = start; at < start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === EXTRA_64) return Number(view.getBigUint64(at + 4, true));
  }
  throw new RangeError("no 64-bit size");
}
