import { createHash, type Hash } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { fileError, writeFileAtomic } from "../src/data/files.ts";
import { InputError, RunError } from "../src/errors.ts";
import type { NdArray } from "../src/tensor/ndarray.ts";
import { arrayOf, safetensorsDataStart, safetensorsLayout, type Safetensors } from "./safetensors.ts";

/** Read and hashed at once. Node does neither with 2 GB or more, which the potentials of a large run take. */
const PIECE_BYTES = 2 ** 26;
/** Enough for the length of the header. */
const START_BYTES = 8;

/** Size and content of a tensor file, as a manifest records them. */
interface Fingerprint {
  readonly bytes: number;
  readonly sha256: string;
}

/** Writes the chunks of a file, of any size, and returns what it must be when it is read. Throws as `writeFileAtomic` does. */
export async function writeTensorFile(
  path: string,
  chunks: readonly Uint8Array[],
  pieceBytes = PIECE_BYTES,
): Promise<Fingerprint> {
  const hash = createHash("sha256");
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += pieceBytes) hash.update(chunk.subarray(from, from + pieceBytes));
  }
  await writeFileAtomic(path, chunks);
  return { bytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0), sha256: hash.digest("hex") };
}

/**
 * Reads a safetensors file of any size: each array goes from the file to its own memory, in pieces. Nothing is decoded before
 * size and sha256 are what they should be. Throws InputError for a file that is not there, damaged or malformed.
 */
export async function readTensorFile(
  path: string,
  expected: Fingerprint,
  pieceBytes = PIECE_BYTES,
): Promise<Safetensors> {
  const file = await open(path).catch((error: unknown) => {
    throw fileError(path, error);
  });
  try {
    const { size } = await file.stat();
    if (size !== expected.bytes) {
      throw new InputError(
        `${path}: damaged, has ${size} bytes, its manifest says ${expected.bytes}; use an earlier checkpoint`,
      );
    }
    if ((await hashOf(file, size, pieceBytes)).digest("hex") !== expected.sha256) {
      throw new InputError(`${path}: damaged, its sha256 is not the one in the manifest; use an earlier checkpoint`);
    }
    const start = await bytesAt(file, 0, Math.min(START_BYTES, size), pieceBytes);
    const head = await bytesAt(file, 0, safetensorsDataStart(start, size, path), pieceBytes);
    const { places, metadata, dataStart } = safetensorsLayout(head, size, path);
    const arrays = new Map<string, NdArray>();
    for (const place of places) {
      const bytes = await bytesAt(file, dataStart + place.begin, place.end - place.begin, pieceBytes);
      arrays.set(place.key, arrayOf(place, bytes.buffer));
    }
    return { arrays, metadata };
  } catch (error) {
    throw fileError(path, error);
  } finally {
    await file.close();
  }
}

async function hashOf(file: FileHandle, size: number, pieceBytes: number): Promise<Hash> {
  const hash = createHash("sha256");
  for (let from = 0; from < size; from += pieceBytes) {
    hash.update(await bytesAt(file, from, Math.min(pieceBytes, size - from), pieceBytes));
  }
  return hash;
}

/** `length` bytes from a position on, in memory of their own. */
async function bytesAt(
  file: FileHandle,
  position: number,
  length: number,
  pieceBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, Math.min(pieceBytes, length - done), position + done);
    if (bytesRead === 0) throw new RunError("a tensor file became shorter while it was read; try again");
    done += bytesRead;
  }
  return bytes;
}
