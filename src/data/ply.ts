import { InputError } from "../errors.ts";
import type { Mesh } from "../spaces/mesh.ts";
import { MeshBuilder } from "./mesh-builder.ts";
import { numberOf } from "./number-text.ts";
import { readPlyHeader, type PlyElement, type PlyHeader, type PlyProperty } from "./ply-header.ts";

/** The values behind a header, one after the other. */
type NextNumber = (type: PlyProperty["type"]) => number;

/**
 * Reads vertices (x, y, z) and faces (vertex_indices or vertex_index) of a PLY file, in text or binary of either byte order;
 * everything else is passed over.
 *
 * @throws InputError for anything else, and as `meshOf` says
 */
export function parsePly(bytes: Uint8Array, name: string): Mesh {
  const header = readPlyHeader(bytes, name);
  const next = header.format === "ascii" ? textNumbers(bytes, header, name) : binaryNumbers(bytes, header, name);
  const mesh = new MeshBuilder(name);
  for (const element of header.elements) {
    if (element.properties.length === 0) continue;
    const take = Object.hasOwn(TAKERS, element.name) ? TAKERS[element.name] : undefined;
    const places = take ? placesOf(element, take.properties, name) : [];
    for (let index = 0; index < element.count; index++) {
      const values = element.properties.map((property) => valuesOf(property, next, name));
      take?.add(
        mesh,
        places.map((place) => values[place]),
      );
    }
  }
  return mesh.finish();
}

/** What is taken from an element: properties, by any of their names, and what is done with their values. */
interface Taker {
  readonly properties: readonly (readonly string[])[];
  readonly add: (mesh: MeshBuilder, values: readonly number[][]) => void;
}

const TAKERS: Readonly<Record<string, Taker>> = {
  vertex: { properties: [["x"], ["y"], ["z"]], add: (mesh, [[x], [y], [z]]) => mesh.addVertex(x, y, z) },
  face: { properties: [["vertex_indices", "vertex_index"]], add: (mesh, [corners]) => mesh.addFace(corners) },
};

function placesOf(element: PlyElement, wanted: readonly (readonly string[])[], name: string): number[] {
  return wanted.map((names) => {
    const place = element.properties.findIndex((property) => names.includes(property.name));
    if (place >= 0) return place;
    throw new InputError(`${name}: expected the elements ${element.name} to have a property ${names.join(" or ")}`);
  });
}

/** More vertices than any face has; a length beyond is damage. */
const MOST_LIST = 2 ** 16;

function valuesOf({ type, lengthType }: PlyProperty, next: NextNumber, name: string): number[] {
  if (!lengthType) return [next(type)];
  const length = next(lengthType);
  if (!(Number.isInteger(length) && length >= 0 && length <= MOST_LIST)) {
    throw new InputError(`${name}: malformed, a list of length ${length}`);
  }
  return Array.from({ length }, () => next(type));
}

function textNumbers(bytes: Uint8Array, header: PlyHeader, name: string): NextNumber {
  const words = new TextDecoder().decode(bytes.subarray(header.bytes)).matchAll(/\S+/g);
  return () => {
    const word = words.next();
    if (word.done) throw truncated(name);
    return numberOf(word.value[0]);
  };
}

function binaryNumbers(bytes: Uint8Array, header: PlyHeader, name: string): NextNumber {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const littleEndian = header.format === "binary_little_endian";
  let at = header.bytes;
  return (type) => {
    if (at + type.bytes > bytes.length) throw truncated(name);
    at += type.bytes;
    return type.read(view, at - type.bytes, littleEndian);
  };
}

function truncated(name: string): InputError {
  return new InputError(`${name}: truncated, its header promises more elements`);
}
