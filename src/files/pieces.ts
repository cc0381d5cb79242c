import { InputError } from "../errors.ts";
import { memoryLimit, requireMemory } from "./memory.ts";

/** The bytes of a file one after the other; each piece is valid only until the next. */
export type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** A line that is longer is no line of a table. */
const MOST_LINE_BYTES = 2 ** 27;
const NEWLINE = 0x0a;

/** The pieces in memory of their own, for streams, which keep some ahead. */
export async function* copies(pieces: Pieces): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield piece.slice();
}

/** All pieces as one. Throws InputError where they are more than `most` bytes. */
export async function joined(pieces: Pieces, name: string, most = memoryLimit()): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    requireMemory(length, name, "its content", most);
    kept.push(piece.slice());
  }
  return concat(kept);
}

/** What takes the lines of a file: bytes [start, end) without the newline, valid during the call. */
export type LineReader = (bytes: Uint8Array, start: number, end: number) => void;

/**
 * Gives the lines of a text file, whatever its size, to `read`; the last one also where no newline ends it. Throws InputError
 * for a line of 128 MB or more.
 */
export async function readLines(pieces: Pieces, name: string, read: LineReader): Promise<void> {
  let rest = new Uint8Array();
  for await (const piece of pieces) {
    let from = 0;
    for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, from)) {
      if (rest.length > 0) {
        const line = concat([rest, piece.subarray(from, end)]);
        read(line, 0, line.length);
        rest = new Uint8Array();
      } else {
        read(piece, from, end);
      }
      from = end + 1;
    }
    rest = concat([rest, piece.subarray(from)]);
    if (rest.length > MOST_LINE_BYTES) throw new InputError(`${name}: not a text file (a line of more than 128 MB)`);
  }
  if (rest.length > 0) read(rest, 0, rest.length);
}

/** Parts one behind the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
