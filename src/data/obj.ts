import type { Mesh } from "../spaces/mesh.ts";
import { MeshBuilder, numbersOf } from "./mesh-builder.ts";

/**
 * Reads the vertices (`v x y z`) and faces (`f 1/1/1 2/2/1 ...`, counted from 1, or backwards from -1) of a Wavefront OBJ file;
 * everything else is passed over. Throws InputError as `meshOf` says.
 */
export function parseObj(text: string, name: string): Mesh {
  const mesh = new MeshBuilder(name);
  for (const line of text.replace(/\\\r?\n/g, " ").split("\n")) {
    const [keyword, ...words] = line.replace(/#.*/, "").trim().split(/\s+/);
    if (keyword === "v") {
      const [x = NaN, y = NaN, z = NaN] = numbersOf(words);
      mesh.addVertex(x, y, z);
    } else if (keyword === "f") {
      const corners = numbersOf(words.map((word) => word.split("/")[0]));
      mesh.addFace(corners.map((corner) => (corner < 0 ? mesh.vertices + corner : corner - 1)));
    }
  }
  return mesh.finish();
}
