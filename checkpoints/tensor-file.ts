import type { Hash } from "node:crypto";
import { createHash, sha256 } from "#platform/hashing";
import { openFile, readAt, type OpenFile } from "../src/files/read.ts";
import { InputError } from "../src/errors.ts";
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

/** What a file of these chunks must be when it is read. */
export async function fingerprintOf(chunks: readonly Uint8Array[], pieceBytes = PIECE_BYTES): Promise<Fingerprint> {
  function* pieces(): Generator<Uint8Array> {
    for (const chunk of chunks) {
      for (let from = 0; from < chunk.length; from += pieceBytes) yield chunk.subarray(from, from + pieceBytes);
    }
  }
  return { bytes: chunks.reduce((sum, chunk) => sum + chunk.length, 0), sha256: await sha256(pieces()) };
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
  const file = await openFile(path);
  const bytesAt = (position: number, length: number) => readAt(file, position, new Uint8Array(length), pieceBytes);
  try {
    const { size } = file;
    if (size !== expected.bytes) {
      throw new InputError(
        `${path}: damaged, has ${size} bytes, its manifest says ${expected.bytes}; use an earlier checkpoint`,
      );
    }
    if ((await hashOf(file, pieceBytes)).digest("hex") !== expected.sha256) {
      throw new InputError(`${path}: damaged, its sha256 is not the one in the manifest; use an earlier checkpoint`);
    }
    const start = await bytesAt(0, Math.min(START_BYTES, size));
    const head = await bytesAt(0, safetensorsDataStart(start, size, path));
    const { places, metadata, dataStart } = safetensorsLayout(head, size, path);
    const arrays = new Map<string, NdArray>();
    for (const place of places) {
      const bytes = await bytesAt(dataStart + place.begin, place.end - place.begin);
      arrays.set(place.key, arrayOf(place, bytes.buffer));
    }
    return { arrays, metadata };
  } finally {
    await file.handle.close();
  }
}

async function hashOf(file: OpenFile, pieceBytes: number): Promise<Hash> {
  const hash = createHash("sha256");
  const piece = new Uint8Array(Math.min(pieceBytes, file.size));
  for (let from = 0; from < file.size; from += pieceBytes) {
    hash.update(await readAt(file, from, piece.subarray(0, Math.min(pieceBytes, file.size - from)), pieceBytes));
  }
  return hash;
}
