import { InputError } from "../src/errors.ts";
import { sizeOf, type NdArray, type TypedArray } from "../src/tensor/ndarray.ts";

/** The element types of the format that a host array can hold, by their names in a header. */
const ELEMENT_TYPES = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const;
type ElementName = keyof typeof ELEMENT_TYPES;

/** Bytes before the header: its length as an unsigned 64-bit integer. */
const PREFIX_BYTES = 8;
/** The data section starts at a multiple of this many bytes, so that every array can be mapped in place. */
const ALIGNMENT_BYTES = 8;
/** Longer headers are refused, as the format's own reader does. */
const MAX_HEADER_BYTES = 100_000_000;
const METADATA_KEY = "__metadata__";

export interface Safetensors {
  readonly arrays: ReadonlyMap<string, NdArray>;
  /** Free text entries of the header. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The bytes of a safetensors file, in chunks to be written one after the other: the header and then the memory of the
 * arrays themselves, not a copy. Wide elements come first, so that each array is aligned to its element size and there
 * are no holes between them, which the format forbids. Elements are little endian like every machine Node runs on.
 */
export function encodeSafetensors(
  arrays: Iterable<readonly [name: string, array: NdArray]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const ordered = [...arrays].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const entries: [string, unknown][] = Object.keys(metadata).length > 0 ? [[METADATA_KEY, metadata]] : [];
  let offset = 0;
  for (const [name, { shape, data }] of ordered) {
    const end = offset + data.byteLength;
    entries.push([name, { dtype: elementName(data), shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const headerBytes = Math.ceil(text.length / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
  const head = new Uint8Array(PREFIX_BYTES + headerBytes).fill(" ".charCodeAt(0));
  new DataView(head.buffer).setBigUint64(0, BigInt(headerBytes), true);
  head.set(text, PREFIX_BYTES);
  return [head, ...ordered.map(([, { data }]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/**
 * Reads a safetensors file. Every offset is checked: arrays lie inside the file, do not overlap, leave no holes, and are
 * as long as their shape says.
 *
 * @param name what messages call the content (its path)
 * @throws InputError for anything malformed, and for element types that a host array cannot hold (F16, BF16, I64, ...)
 */
export function decodeSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const { places, metadata, dataStart } = safetensorsLayout(bytes, bytes.length, name);
  const { buffer, byteOffset } = bytes;
  const arrays = places.map((place): [string, NdArray] => {
    // A copy, since the data may start at any offset of a larger buffer.
    const from = byteOffset + dataStart;
    return [place.key, arrayOf(place, buffer.slice(from + place.begin, from + place.end) as ArrayBuffer)];
  });
  return { arrays: new Map(arrays), metadata };
}

/** Where an array lies in the data of a file, which starts behind the header. */
export interface ArrayPlace {
  readonly key: string;
  readonly dtype: ElementName;
  readonly shape: readonly number[];
  /** Bytes [begin, end) of the data. */
  readonly begin: number;
  readonly end: number;
}

/** An array from its bytes. */
export function arrayOf({ dtype, shape }: ArrayPlace, bytes: ArrayBuffer): NdArray {
  return { shape, data: new ELEMENT_TYPES[dtype](bytes) };
}

/** Bytes before the data, as the first ones of a file say. Throws InputError where the file is not that long. */
export function safetensorsDataStart(start: Uint8Array, fileBytes: number, name: string): number {
  if (start.length < PREFIX_BYTES) throw new InputError(`${name}: not a safetensors file (${fileBytes} bytes)`);
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length > fileBytes - PREFIX_BYTES) {
    throw new InputError(
      `${name}: not a complete safetensors file (header of ${length} bytes in a file of ${fileBytes})`,
    );
  }
  return PREFIX_BYTES + length;
}

/**
 * The checked header of a file: its arrays in the order of their bytes, which leave no holes.
 *
 * @param head the file at least up to its data
 */
export function safetensorsLayout(head: Uint8Array, fileBytes: number, name: string) {
  const dataStart = safetensorsDataStart(head, fileBytes, name);
  const dataBytes = fileBytes - dataStart;
  const header = parseHeader(head.subarray(PREFIX_BYTES, dataStart), name);
  const { [METADATA_KEY]: free = {}, ...entries } = header;
  const metadata = checkMetadata(free, name);
  const places = Object.entries(entries).map(([key, value]) => checkEntry(key, value, name));
  const beyond = places.find(({ end }) => end > dataBytes);
  if (beyond) {
    throw new InputError(
      `${name}: truncated, array ${beyond.key} ends at byte ${beyond.end} of ${dataBytes} bytes of data`,
    );
  }
  let covered = 0;
  for (const { key, begin, end } of places.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== covered) {
      throw new InputError(
        `${name}: malformed, array ${key} starts at byte ${begin} where byte ${covered} was due (overlap or hole)`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw new InputError(`${name}: malformed, ${dataBytes} bytes of data where the header describes ${covered}`);
  }
  return { places, metadata, dataStart };
}

function elementName(data: TypedArray): ElementName {
  const found = Object.entries(ELEMENT_TYPES).find(([, type]) => data instanceof type);
  if (!found) throw new InputError(`safetensors: cannot hold elements of type ${(data as object).constructor.name}`);
  return found[0] as ElementName;
}

function parseHeader(text: Uint8Array, name: string): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  } catch {
    throw new InputError(`${name}: not a safetensors file (its header is not JSON)`);
  }
  if (!isRecord(header)) throw new InputError(`${name}: not a safetensors file (its header is not a JSON object)`);
  return header;
}

function checkMetadata(value: unknown, name: string): Record<string, string> {
  if (!isRecord(value) || !Object.values(value).every((entry) => typeof entry === "string")) {
    throw new InputError(`${name}: malformed, ${METADATA_KEY} must hold text entries only`);
  }
  return value as Record<string, string>;
}

function checkEntry(key: string, value: unknown, name: string): ArrayPlace {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {};
  if (typeof dtype !== "string" || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) {
    throw new InputError(`${name}: malformed, array ${key} needs a dtype, a shape and two data_offsets`);
  }
  if (!Object.hasOwn(ELEMENT_TYPES, dtype)) {
    throw new InputError(
      `${name}: array ${key} has element type ${dtype}, expected one of ${Object.keys(ELEMENT_TYPES).join(", ")}; convert it first`,
    );
  }
  const [begin, end] = offsets as [number, number];
  const needed = sizeOf(shape) * ELEMENT_TYPES[dtype as ElementName].BYTES_PER_ELEMENT;
  if (end - begin !== needed) {
    throw new InputError(
      `${name}: malformed, array ${key} of ${dtype} [${shape.join(", ")}] needs ${needed} bytes, has ${end - begin}`,
    );
  }
  return { key, dtype: dtype as ElementName, shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}
