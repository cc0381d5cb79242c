import { Readable, createGunzip, gunzipSync, pipeline } from "#platform/streams";
import { InputError } from "../errors.ts";
import { fileError } from "./errors.ts";
import { memoryLimit } from "./memory.ts";
import { copies, type Pieces } from "./pieces.ts";

/** Unpacked at once. */
const CHUNK_BYTES = 2 ** 18;
/** A Node buffer of 20.x holds no more. */
const MOST_AT_ONCE = 2 ** 32 - 1;

/**
 * Unpacks gzip bytes; their checksum and length are verified. Throws InputError where they are damaged or unpack to more than
 * `most` bytes, of which no more are allocated.
 */
export function gunzip(bytes: Uint8Array, name: string, most = memoryLimit()): Uint8Array {
  try {
    // a plain view: a Buffer's own methods differ from those of a Uint8Array
    const { buffer, byteOffset, byteLength } = gunzipSync(bytes, { maxOutputLength: Math.min(most, MOST_AT_ONCE) });
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") {
      throw new InputError(
        `${name}: unpacks to more than ${Math.floor(Math.min(most, MOST_AT_ONCE) / 1e6)} MB; unpack a part of it`,
      );
    }
    throw damaged(name, error);
  }
}

/** Unpacks gzip bytes piece by piece, however many they are. Throws InputError where they are damaged. */
export async function* gunzipPieces(pieces: Pieces, name: string): AsyncGenerator<Uint8Array> {
  const unpacked = createGunzip({ chunkSize: CHUNK_BYTES });
  // what fails at the source ends `unpacked` with its error, which the loop below throws
  pipeline(Readable.from(copies(pieces)), unpacked, () => undefined);
  try {
    for await (const piece of unpacked) yield piece as Uint8Array;
  } catch (error) {
    throw error instanceof Error && (error as NodeJS.ErrnoException).code?.startsWith("Z_")
      ? damaged(name, error)
      : error;
  } finally {
    unpacked.destroy();
  }
}

function damaged(name: string, error: unknown): unknown {
  const known = fileError(name, error);
  if (known instanceof InputError) return known;
  return new InputError(`${name}: not a complete gzip file (${(error as Error).message})`);
}
