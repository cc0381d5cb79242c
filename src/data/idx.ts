import { InputError } from "../errors.ts";
import { gunzip } from "../files/gunzip.ts";
import { ndarray, sizeOf, type NdArray } from "../tensor/ndarray.ts";

const UNSIGNED_BYTE = 0x08;

/**
 * Reads the format of the MNIST files, gzipped: two zero bytes, the element type (unsigned bytes only), the number of
 * axes, the extents as big-endian 32-bit integers, the elements row-major.
 *
 * @param name what messages call the content (its path)
 * @throws InputError for a damaged archive or a size that does not fit
 */
export function decodeIdx(gzipped: Uint8Array, name: string): NdArray<Uint8Array> {
  const bytes = gunzip(gzipped, name);
  const axes = bytes[3];
  const start = 4 + 4 * axes;
  if (bytes.length < 4 || bytes[0] !== 0 || bytes[1] !== 0 || bytes[2] !== UNSIGNED_BYTE || bytes.length < start) {
    throw new InputError(`${name}: not an IDX file of unsigned bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (axes === 0 || shape.includes(0)) throw new InputError(`${name}: no values (shape [${shape.join(", ")}])`);
  if (sizeOf(shape) !== bytes.length - start) {
    throw new InputError(
      `${name}: shape [${shape.join(", ")}] needs ${sizeOf(shape)} bytes of data, the file has ${bytes.length - start}`,
    );
  }
  return ndarray(bytes.subarray(start), shape);
}
