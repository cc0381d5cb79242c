import { InputError } from "../errors.ts";
import { toFloat64, type NdArray } from "../tensor/ndarray.ts";
import { connectedGraph, type ConnectedGraph, type ConnectedOptions } from "./connected.ts";
import { distanceRows, euclidean } from "./distances.ts";

/** A surface of triangles. */
export interface Mesh {
  /** [n, 3] */
  readonly vertices: NdArray<Float64Array>;
  /** Three vertices a face, [m, 3]. */
  readonly faces: NdArray<Int32Array>;
}

/**
 * Checks vertices [n, 3] and faces [m, 3] of any element type.
 *
 * @param name what messages call the mesh (its path)
 * @throws InputError for other shapes, coordinates that are not finite, no faces, and faces with a vertex that does not exist or that
 *   they name twice
 */
export function meshOf(vertices: NdArray, faces: NdArray, name: string): Mesh {
  const [n, m] = [vertices.shape[0], faces.shape[0]];
  requireTriples(vertices, `${name}: vertices`);
  if (faces.data.length === 0) throw new InputError(`${name}: no faces, expected a surface of triangles`);
  requireTriples(faces, `${name}: faces`);
  const wrong = vertices.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new InputError(
      `${name}: vertex ${Math.floor(wrong / 3)}: expected three finite coordinates, got ${vertices.data[wrong]}`,
    );
  }
  for (let face = 0; face < m; face++) {
    const corners = faces.data.subarray(3 * face, 3 * face + 3);
    for (const [place, vertex] of corners.entries()) {
      if (!(Number.isInteger(vertex) && vertex >= 0 && vertex < n)) {
        throw new InputError(`${name}: face ${face}: expected vertices from 0 to ${n - 1}, got ${vertex}`);
      }
      if (corners.indexOf(vertex) < place) {
        throw new InputError(`${name}: face ${face}: expected three different vertices, got ${corners.join(", ")}`);
      }
    }
  }
  return { vertices: toFloat64(vertices), faces: { shape: [m, 3], data: Int32Array.from(faces.data) } };
}

function requireTriples({ shape }: NdArray, name: string): void {
  if (shape.length === 2 && shape[1] === 3 && shape[0] > 0) return;
  throw new InputError(`${name}: expected an array [count, 3], got [${shape.join(", ")}]`);
}

/**
 * The graph of a mesh's edges with their Euclidean lengths, on which shortest paths approximate geodesics from above; connected, as
 * `connectedGraph` does it. Throws InputError where parts are refused.
 */
export function meshGraph({ vertices, faces }: Mesh, options: ConnectedOptions = {}): ConnectedGraph {
  const { data } = faces;
  const from = new Int32Array(data.length);
  const to = new Int32Array(data.length);
  const lengths = new Float64Array(data.length);
  for (let side = 0; side < data.length; side++) {
    from[side] = data[side];
    to[side] = side % 3 === 2 ? data[side - 2] : data[side + 1];
    lengths[side] = euclidean(vertices.data, 3 * from[side], vertices.data, 3 * to[side], 3);
  }
  const { name = "mesh" } = options;
  return connectedGraph({ from, to, lengths }, distanceRows(vertices), "the mesh", { ...options, name });
}
