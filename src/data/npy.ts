import { InputError } from "../errors.ts";
import { sizeOf, type NdArray, type TypedArray } from "../tensor/ndarray.ts";
import { writeFileAtomic } from "../files/atomic.ts";
import { allocate } from "../files/memory.ts";
import { openFile, readAt, type OpenFile } from "../files/read.ts";

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** The magic bytes, two of the version, and at most four of the header's length. */
const PREFIX_BYTES = MAGIC.length + 2 + 4;
/** NumPy writes some hundred, and reads no more than 10 000 by itself. */
const MOST_HEADER_BYTES = 2 ** 16;
/** Data start at a multiple of this many bytes, as NumPy writes them. */
const ALIGNMENT = 64;

/** How the bytes of one NumPy element type become a host array. */
interface ElementType {
  readonly bytes: number;
  readonly decode: (buffer: ArrayBuffer, name: string) => TypedArray;
}

const ELEMENT_TYPES: Readonly<Record<string, ElementType>> = {
  "<f8": { bytes: 8, decode: (buffer) => new Float64Array(buffer) },
  "<f4": { bytes: 4, decode: (buffer) => new Float32Array(buffer) },
  "<i4": { bytes: 4, decode: (buffer) => new Int32Array(buffer) },
  "<u4": { bytes: 4, decode: (buffer) => new Uint32Array(buffer) },
  "<i2": { bytes: 2, decode: (buffer) => new Int16Array(buffer) },
  "<u2": { bytes: 2, decode: (buffer) => new Uint16Array(buffer) },
  "|i1": { bytes: 1, decode: (buffer) => new Int8Array(buffer) },
  "|u1": { bytes: 1, decode: (buffer) => new Uint8Array(buffer) },
  "|b1": { bytes: 1, decode: (buffer) => new Uint8Array(buffer) },
  "<i8": { bytes: 8, decode: (buffer, name) => exactFloat64(new BigInt64Array(buffer), name) },
  "<u8": { bytes: 8, decode: (buffer, name) => exactFloat64(new BigUint64Array(buffer), name) },
};

/** The NumPy element type that each host array is written as. */
const DESCRIPTORS = new Map<unknown, string>([
  [Float64Array, "<f8"],
  [Float32Array, "<f4"],
  [Int32Array, "<i4"],
  [Uint32Array, "<u4"],
  [Int16Array, "<i2"],
  [Uint16Array, "<u2"],
  [Int8Array, "|i1"],
  [Uint8Array, "|u1"],
]);

/**
 * Reads NumPy's `.npy` format, versions 1 to 3, little endian, in C or Fortran order; the result is row-major. 64-bit
 * integers become float64, booleans uint8 (0 and 1). Everything else (objects, strings, records, big endian) is refused:
 * the header is matched against the few forms allowed and never evaluated.
 *
 * @param name what messages call the content (its path)
 * @throws InputError for anything that is not a complete array of a known type
 */
export function decodeNpy(bytes: Uint8Array, name: string): NdArray {
  const dataStart = dataStartOf(bytes, bytes.length, name);
  const header = readHeader(bytes.subarray(0, dataStart), bytes.length, name);
  // a copy, since the data may start at any offset of a larger buffer
  const buffer = bytes.buffer.slice(bytes.byteOffset + dataStart, bytes.byteOffset + bytes.length) as ArrayBuffer;
  return arrayOf(header, buffer, name);
}

/**
 * Reads a `.npy` file; see `decodeNpy`. What its header claims is compared with the size of the file before any memory is
 * taken. Throws InputError, also for an array that is too large for the memory.
 */
export async function readNpy(path: string): Promise<NdArray> {
  const file = await openFile(path);
  try {
    const { header, dataStart } = await headerOf(file);
    const bytes = await readAt(file, dataStart, allocate(Uint8Array, file.size - dataStart, path, "its array"));
    return arrayOf(header, bytes.buffer, path);
  } finally {
    await file.handle.close();
  }
}

/** Where the numbers of a `.npy` file lie, for reading parts of it. */
export interface NpyLayout {
  readonly shape: readonly number[];
  readonly fortranOrder: boolean;
  /** Bytes before the first number, of one number, and of the whole file. */
  readonly dataStart: number;
  readonly elementBytes: number;
  readonly fileBytes: number;
  /** Numbers of some bytes from the file. */
  readonly decode: (buffer: ArrayBuffer) => TypedArray;
}

/** Reads the header of a `.npy` file and nothing else. Throws InputError as `readNpy` does. */
export async function npyLayout(path: string): Promise<NpyLayout> {
  const file = await openFile(path);
  try {
    const { header, dataStart } = await headerOf(file);
    const { bytes, decode } = ELEMENT_TYPES[header.descriptor];
    const { shape, fortranOrder } = header;
    const sizes = { dataStart, elementBytes: bytes, fileBytes: file.size };
    return { shape, fortranOrder, ...sizes, decode: (buffer) => decode(buffer, path) };
  } finally {
    await file.handle.close();
  }
}

async function headerOf(file: OpenFile): Promise<{ readonly header: Header; readonly dataStart: number }> {
  const { path, size } = file;
  const prefix = await readAt(file, 0, new Uint8Array(Math.min(size, PREFIX_BYTES)));
  const dataStart = dataStartOf(prefix, size, path);
  return { header: readHeader(await readAt(file, 0, new Uint8Array(dataStart)), size, path), dataStart };
}

/** The `.npy` (version 1, C order) bytes of an array. */
export function encodeNpy(array: NdArray): Uint8Array<ArrayBuffer> {
  const descriptor = DESCRIPTORS.get(array.data.constructor);
  const shape = array.shape.length === 1 ? `${array.shape[0]},` : array.shape.join(", ");
  const header = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${shape}), }`;
  const prefix = MAGIC.length + 4;
  const start = Math.ceil((prefix + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const { buffer, byteOffset, byteLength } = array.data;
  const bytes = new Uint8Array(start + byteLength);
  bytes.set(MAGIC);
  bytes[MAGIC.length] = 1; // version 1.0
  new DataView(bytes.buffer).setUint16(MAGIC.length + 2, start - prefix, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(start - prefix - 1)}\n`), prefix);
  bytes.set(new Uint8Array(buffer, byteOffset, byteLength), start);
  return bytes;
}

/** Writes a `.npy` file, atomically. */
export async function writeNpy(path: string, array: NdArray): Promise<void> {
  await writeFileAtomic(path, encodeNpy(array));
}

interface Header {
  readonly descriptor: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/**
 * Where the data of a file of `fileBytes` bytes start.
 *
 * @param bytes its first ones, `PREFIX_BYTES` where there are so many
 */
function dataStartOf(bytes: Uint8Array, fileBytes: number, name: string): number {
  if (bytes.length < MAGIC.length + 2 || !MAGIC.every((byte, index) => bytes[index] === byte)) {
    throw new InputError(`${name}: not a NumPy array (.npy) file`);
  }
  const major = bytes[MAGIC.length];
  if (major < 1 || major > 3) throw new InputError(`${name}: .npy version ${major} is not known (expected 1, 2 or 3)`);
  const lengthBytes = major === 1 ? 2 : 4;
  const headerStart = MAGIC.length + 2 + lengthBytes;
  if (bytes.length < headerStart) throw new InputError(`${name}: truncated in its header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = major === 1 ? view.getUint16(headerStart - 2, true) : view.getUint32(headerStart - 4, true);
  if (fileBytes < headerStart + length) throw new InputError(`${name}: truncated in its header`);
  if (length > MOST_HEADER_BYTES) throw new InputError(`${name}: malformed .npy header, ${length} bytes long`);
  return headerStart + length;
}

/** The checked header: a known element type, and a shape that has as many bytes as follow. */
function readHeader(head: Uint8Array, fileBytes: number, name: string): Header {
  const start = head[MAGIC.length] === 1 ? PREFIX_BYTES - 2 : PREFIX_BYTES;
  const header = parseHeader(new TextDecoder().decode(head.subarray(start)), name);
  const { descriptor, shape } = header;
  if (!Object.hasOwn(ELEMENT_TYPES, descriptor)) {
    throw new InputError(
      `${name}: element type ${descriptor} is not supported (expected one of ${Object.keys(ELEMENT_TYPES).join(" ")}); ` +
        "convert the array with .astype first",
    );
  }
  const expected = sizeOf(shape) * ELEMENT_TYPES[descriptor].bytes;
  const found = fileBytes - head.length;
  if (expected !== found) {
    throw new InputError(
      `${name}: shape [${shape.join(", ")}] of ${descriptor} needs ${expected} bytes of data, the file has ${found}`,
    );
  }
  return header;
}

function arrayOf({ descriptor, fortranOrder, shape }: Header, buffer: ArrayBuffer, name: string): NdArray {
  const data = ELEMENT_TYPES[descriptor].decode(buffer, name);
  return { shape, data: fortranOrder && shape.length > 1 ? fromColumnMajor(data, shape) : data };
}

/** The three entries of a header, in any order: `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`. */
function parseHeader(text: string, name: string): Header {
  if (/'descr':\s*\[/.test(text))
    throw new InputError(`${name}: record arrays are not supported; save one plain array`);
  const descriptor = /'descr':\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const extents = /'shape':\s*\(([\d,\s]*)\)/.exec(text)?.[1];
  if (descriptor === undefined || order === undefined || extents === undefined) {
    throw new InputError(`${name}: malformed .npy header`);
  }
  const shape = (extents.match(/\d+/g) ?? []).map(Number);
  if (![...shape, sizeOf(shape)].every(Number.isSafeInteger)) {
    throw new InputError(`${name}: malformed .npy header, shape [${shape.join(", ")}] is too large`);
  }
  return { descriptor, fortranOrder: order === "True", shape };
}

/** Float64 holds integers exactly up to 2^53; beyond, the file is refused and not rounded. */
function exactFloat64(integers: BigInt64Array | BigUint64Array, name: string): Float64Array {
  const values = new Float64Array(integers.length);
  for (let index = 0; index < integers.length; index++) {
    values[index] = Number(integers[index]);
    if (!Number.isSafeInteger(values[index])) {
      throw new InputError(`${name}: element ${index} is ${integers[index]}, beyond what float64 holds exactly (2^53)`);
    }
  }
  return values;
}

/** Row-major copy of column-major data. */
function fromColumnMajor(data: TypedArray, shape: readonly number[]): TypedArray {
  const result = data.slice();
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  for (let target = 0, source = 0; target < data.length; target++) {
    result[target] = data[source];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis];
      if (++index[axis] < shape[axis]) break;
      source -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return result;
}
