import { InputError } from "../errors.ts";
import type { Mesh } from "../spaces/mesh.ts";
import { MeshBuilder, numbersOf } from "./mesh-builder.ts";

/**
 * Reads the Object File Format as text: `OFF`, the numbers of vertices, faces and edges, a vertex a line, a face a line (how many
 * vertices, which ones). Colours and normals behind them are passed over, comments too.
 *
 * @throws InputError for anything else, and as `meshOf` says
 */
export function parseOff(text: string, name: string): Mesh {
  const lines = text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim().split(/\s+/))
    .filter(([word]) => word !== "");
  const [keyword, ...sameLine] = lines.shift() ?? [];
  if (!/^(ST)?C?N?OFF$/.test(keyword) || sameLine[0]?.toUpperCase() === "BINARY") {
    throw new InputError(`${name}: not a text file in the Object File Format (its first word should be OFF)`);
  }
  const [vertices, faces] = numbersOf(sameLine.length > 0 ? sameLine : (lines.shift() ?? []));
  if (![vertices, faces].every((count) => Number.isInteger(count) && count >= 0)) {
    throw new InputError(`${name}: expected the numbers of vertices and faces behind OFF`);
  }
  if (lines.length < vertices + faces) {
    throw new InputError(
      `${name}: truncated, expected ${vertices} vertices and ${faces} faces, got ${lines.length} lines`,
    );
  }
  const mesh = new MeshBuilder(name);
  for (const line of lines.slice(0, vertices)) {
    const [x = NaN, y = NaN, z = NaN] = numbersOf(line);
    mesh.addVertex(x, y, z);
  }
  for (const line of lines.slice(vertices, vertices + faces)) {
    const [corners, ...numbers] = numbersOf(line);
    mesh.addFace(numbers.slice(0, Number.isInteger(corners) ? corners : 0));
  }
  return mesh.finish();
}
