import { InputError } from "../errors.ts";
import { meshOf, type Mesh } from "../spaces/mesh.ts";
import { numberOf } from "./number-text.ts";

/** Gathers what the lines of a mesh file say. Polygons become fans of triangles about their first vertex. */
export class MeshBuilder {
  readonly #name: string;
  readonly #vertices: number[] = [];
  readonly #faces: number[] = [];

  /** @param name what messages call the file (its path) */
  constructor(name: string) {
    this.#name = name;
  }

  /** Vertices so far. */
  get vertices(): number {
    return this.#vertices.length / 3;
  }

  addVertex(x: number, y: number, z: number): void {
    this.#vertices.push(x, y, z);
  }

  /** Adds a face by the numbers of its vertices, from 0. Throws InputError for fewer than three. */
  addFace(corners: readonly number[]): void {
    if (corners.length < 3) {
      throw new InputError(
        `${this.#name}: face ${this.#faces.length / 3}: expected three vertices or more, got ${corners.length}`,
      );
    }
    for (let corner = 2; corner < corners.length; corner++) {
      this.#faces.push(corners[0], corners[corner - 1], corners[corner]);
    }
  }

  /** The mesh, checked as `meshOf` says. Throws InputError. */
  finish(): Mesh {
    return meshOf(
      { shape: [this.vertices, 3], data: Float64Array.from(this.#vertices) },
      { shape: [this.#faces.length / 3, 3], data: Float64Array.from(this.#faces) },
      this.#name,
    );
  }
}

/** Numbers of words; NaN for a word that is none. */
export function numbersOf(words: readonly string[]): number[] {
  return words.map(numberOf);
}
