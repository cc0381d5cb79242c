import { extname } from "#platform/files";
import { InputError } from "../errors.ts";
import { readBytes, readText } from "../files/read.ts";
import type { Mesh } from "../spaces/mesh.ts";
import { parseObj } from "./obj.ts";
import { parseOff } from "./off.ts";
import { parsePly } from "./ply.ts";

const readers: Readonly<Record<string, (path: string) => Promise<Mesh>>> = {
  ".off": async (path) => parseOff(await readText(path), path),
  ".obj": async (path) => parseObj(await readText(path), path),
  ".ply": async (path) => parsePly(await readBytes(path), path),
};

/** Extensions of the files that `loadMesh` reads. */
export const MESH_EXTENSIONS: readonly string[] = Object.keys(readers);

/** Whether a path names a mesh. */
export function isMeshFile(path: string): boolean {
  return MESH_EXTENSIONS.includes(extname(path).toLowerCase());
}

/**
 * Reads a triangle mesh from `.off`, `.obj` or `.ply` (text or binary). Faces of more than three vertices are cut into triangles.
 *
 * @throws InputError for an unknown extension, a malformed file, and as `meshOf` says
 */
export async function loadMesh(path: string): Promise<Mesh> {
  if (isMeshFile(path)) return readers[extname(path).toLowerCase()](path);
  throw new InputError(`${path}: not known as a mesh (expected one of ${MESH_EXTENSIONS.join(" ")})`);
}
