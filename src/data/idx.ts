import { InputError } from "../errors.ts";
import { gunzip } from "../files/gunzip.ts";
import { openFile, readAt, readBytes } from "../files/read.ts";
import { ndarray, sizeOf, type NdArray } from "../tensor/ndarray.ts";

const UNSIGNED_BYTE = 0x08;
/** Marks, type, number of axes, and at most 255 extents. */
const MOST_HEADER_BYTES = 4 + 4 * 255;

/**
 * Reads the format of the MNIST files, gzipped: two zero bytes, the element type (unsigned bytes only), the number of
 * axes, the extents as big-endian 32-bit integers, the elements row-major.
 *
 * @param name what messages call the content (its path)
 * @throws InputError for a damaged archive or a size that does not fit
 */
export function decodeIdx(gzipped: Uint8Array, name: string): NdArray<Uint8Array> {
  const bytes = gunzip(gzipped, name);
  const { shape, dataStart } = headerOf(bytes, bytes.length, name);
  return ndarray(bytes.subarray(dataStart), shape);
}

/** A gzipped IDX file. Throws InputError as `decodeIdx` does. */
export async function idxBytes(path: string): Promise<NdArray<Uint8Array>> {
  return decodeIdx(await readBytes(path), path);
}

/** Where the bytes of an IDX file that is not gzipped lie, for reading parts of it. Throws InputError as `decodeIdx` does. */
export async function idxLayout(path: string) {
  const file = await openFile(path);
  try {
    const head = await readAt(file, 0, new Uint8Array(Math.min(file.size, MOST_HEADER_BYTES)));
    return { ...headerOf(head, file.size, path), fileBytes: file.size };
  } finally {
    await file.handle.close();
  }
}

/** @param bytes the first ones of a file of `fileBytes` bytes */
function headerOf(bytes: Uint8Array, fileBytes: number, name: string) {
  const axes = bytes[3];
  const dataStart = 4 + 4 * axes;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== UNSIGNED_BYTE || bytes.length < dataStart) {
    throw new InputError(`${name}: not an IDX file of unsigned bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (axes === 0 || shape.includes(0)) throw new InputError(`${name}: no values (shape [${shape.join(", ")}])`);
  if (sizeOf(shape) !== fileBytes - dataStart) {
    throw new InputError(
      `${name}: shape [${shape.join(", ")}] needs ${sizeOf(shape)} bytes of data, the file has ${fileBytes - dataStart}`,
    );
  }
  return { shape, dataStart };
}
