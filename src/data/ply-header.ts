import { InputError } from "../errors.ts";

/** Bytes of a number, and how it is read. */
interface PlyType {
  readonly bytes: number;
  readonly read: (view: DataView, at: number, littleEndian: boolean) => number;
}

const int8: PlyType = { bytes: 1, read: (view, at) => view.getInt8(at) };
const uint8: PlyType = { bytes: 1, read: (view, at) => view.getUint8(at) };
const int16: PlyType = { bytes: 2, read: (view, at, little) => view.getInt16(at, little) };
const uint16: PlyType = { bytes: 2, read: (view, at, little) => view.getUint16(at, little) };
const int32: PlyType = { bytes: 4, read: (view, at, little) => view.getInt32(at, little) };
const uint32: PlyType = { bytes: 4, read: (view, at, little) => view.getUint32(at, little) };
const float32: PlyType = { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) };
const float64: PlyType = { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) };

const TYPES: Readonly<Record<string, PlyType>> = {
  ...{
    char: int8,
    uchar: uint8,
    short: int16,
    ushort: uint16,
    int: int32,
    uint: uint32,
    float: float32,
    double: float64,
  },
  ...{ int8, uint8, int16, uint16, int32, uint32, float32, float64 },
};

const PLY_FORMATS = ["ascii", "binary_little_endian", "binary_big_endian"] as const;

/** A property of an element: a number, or a list with its length in front. */
export interface PlyProperty {
  readonly name: string;
  readonly type: PlyType;
  /** Of the length of a list; absent for one number. */
  readonly lengthType?: PlyType;
}

export interface PlyElement {
  readonly name: string;
  readonly count: number;
  readonly properties: readonly PlyProperty[];
}

export interface PlyHeader {
  readonly format: (typeof PLY_FORMATS)[number];
  readonly elements: readonly PlyElement[];
  /** Where the values start. */
  readonly bytes: number;
}

/** A header is some hundred bytes long. */
const MOST_HEADER_BYTES = 2 ** 16;

/** Reads the header of a PLY file. Throws InputError for anything that is none. */
export function readPlyHeader(bytes: Uint8Array, name: string): PlyHeader {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, MOST_HEADER_BYTES));
  const [header] = /^ply\r?\n[^]*?end_header\r?\n/.exec(head) ?? [];
  if (header === undefined) throw new InputError(`${name}: not a PLY file (no header from ply to end_header)`);
  const malformed = (line: string): InputError =>
    new InputError(`${name}: malformed PLY header, line ${JSON.stringify(line)}`);
  let format: PlyHeader["format"] | undefined;
  const elements: (PlyElement & { properties: PlyProperty[] })[] = [];
  for (const line of header.split(/\r?\n/).slice(1, -2)) {
    const [keyword, ...words] = line.trim().split(/\s+/);
    if (keyword === "format") {
      format = PLY_FORMATS.find((known) => known === words[0]);
      if (format === undefined) throw malformed(line);
    } else if (keyword === "element") {
      const [element, count] = [words[0], Number(words[1])];
      if (!(Number.isSafeInteger(count) && count >= 0)) throw malformed(line);
      elements.push({ name: element, count, properties: [] });
    } else if (keyword === "property") {
      const property = propertyOf(words);
      if (property === undefined || elements.length === 0) throw malformed(line);
      elements[elements.length - 1].properties.push(property);
    } else if (!["comment", "obj_info", ""].includes(keyword)) {
      throw malformed(line);
    }
  }
  if (format === undefined) throw new InputError(`${name}: malformed PLY header, no line with its format`);
  return { format, elements, bytes: header.length };
}

/** `float x` or `list uchar int vertex_indices`; undefined where it is neither. */
function propertyOf(words: readonly string[]): PlyProperty | undefined {
  const isList = words[0] === "list";
  const types = words
    .slice(isList ? 1 : 0, isList ? 3 : 1)
    .map((word) => (Object.hasOwn(TYPES, word) ? TYPES[word] : undefined));
  const name = words[isList ? 3 : 1];
  const type = types.at(-1);
  if (type === undefined || types[0] === undefined || name === undefined) return undefined;
  return { name, type, ...(isList && { lengthType: types[0] }) };
}
