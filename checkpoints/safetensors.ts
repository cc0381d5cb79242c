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
  const { header, dataStart } = readHeader(bytes, name);
  const dataBytes = bytes.length - dataStart;
  const arrays = new Map<string, NdArray>();
  let metadata: Readonly<Record<string, string>> = {};
  const spans: { key: string; begin: number; end: number }[] = [];

  for (const [key, value] of Object.entries(header)) {
    if (key === METADATA_KEY) {
      metadata = checkMetadata(value, name);
      continue;
    }
    const { dtype, shape, begin, end } = checkEntry(key, value, name);
    if (end > dataBytes) {
      throw new InputError(`${name}: truncated, array ${key} ends at byte ${end} of ${dataBytes} bytes of data`);
    }
    const { buffer, byteOffset } = bytes;
    // A copy, since the data may start at any offset of a larger buffer.
    const copy = buffer.slice(byteOffset + dataStart + begin, byteOffset + dataStart + end) as ArrayBuffer;
    arrays.set(key, { shape, data: new ELEMENT_TYPES[dtype](copy) });
    spans.push({ key, begin, end });
  }

  let covered = 0;
  for (const { key, begin, end } of spans.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
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
  return { arrays, metadata };
}

function elementName(data: TypedArray): ElementName {
  const found = Object.entries(ELEMENT_TYPES).find(([, type]) => data instanceof type);
  if (!found) throw new InputError(`safetensors: cannot hold elements of type ${(data as object).constructor.name}`);
  return found[0] as ElementName;
}

function readHeader(bytes: Uint8Array, name: string): { header: Record<string, unknown>; dataStart: number } {
  if (bytes.length < PREFIX_BYTES) throw new InputError(`${name}: not a safetensors file (${bytes.length} bytes)`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length > bytes.length - PREFIX_BYTES) {
    throw new InputError(
      `${name}: not a complete safetensors file (header of ${length} bytes in a file of ${bytes.length})`,
    );
  }
  const dataStart = PREFIX_BYTES + length;
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(PREFIX_BYTES, dataStart)));
  } catch {
    throw new InputError(`${name}: not a safetensors file (its header is not JSON)`);
  }
  if (!isRecord(header)) throw new InputError(`${name}: not a safetensors file (its header is not a JSON object)`);
  return { header, dataStart };
}

function checkMetadata(value: unknown, name: string): Record<string, string> {
  if (!isRecord(value) || !Object.values(value).every((entry) => typeof entry === "string")) {
    throw new InputError(`${name}: malformed, ${METADATA_KEY} must hold text entries only`);
  }
  return value as Record<string, string>;
}

function checkEntry(key: string, value: unknown, name: string) {
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
  return { dtype: dtype as ElementName, shape, begin, end };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && entry >= 0);
}
