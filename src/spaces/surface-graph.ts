import { graphOfEdges, type Graph } from "./graph.ts";

/** A surface by a grid of its two parameters, a along the rows and b along the columns. */
export interface ParametricSurface {
  readonly rows: number;
  readonly columns: number;
  /** Parameters of row and column 0. @default [0, 0] */
  readonly origin?: readonly [a: number, b: number];
  /** From one row, or column, to the next. */
  readonly steps: readonly [a: number, b: number];
  /** Whether the last row, or column, is followed by the first. @default [false, false] */
  readonly closed?: readonly [rows: boolean, columns: boolean];
  /** Length of the velocity (da, db) at a point: the square root of the first fundamental form. */
  speed(a: number, b: number, da: number, db: number): number;
  /** Whether a point belongs to the surface; what does not is a hole, which paths go round. @default everywhere */
  inside?(a: number, b: number): boolean;
}

/** A graph on the points of a surface. */
export interface SurfaceGraph {
  readonly graph: Graph;
  /** Row-major number of the grid point of each node. */
  readonly points: Int32Array;
}

/**
 * The graph that joins each point of the grid with those up to `reach` rows and columns away, along straight lines of the
 * parameters, whose lengths are integrals of the speed. With reach 6 a path is at most 0.4% longer than the geodesic where both
 * steps are equally long (its 96 directions are at most 9.5 degrees apart). Memory: 24 bytes an edge, 96 edges a point.
 */
export function surfaceGraph(surface: ParametricSurface, reach = 6): SurfaceGraph {
  const { rows, columns, closed = [false, false], origin = [0, 0], steps } = surface;
  const parameters = (row: number, column: number) =>
    [origin[0] + row * steps[0], origin[1] + column * steps[1]] as const;
  const nodeOf = new Int32Array(rows * columns).fill(-1);
  const points: number[] = [];
  for (let point = 0; point < nodeOf.length; point++) {
    if (!isInside(surface, ...parameters(Math.floor(point / columns), point % columns))) continue;
    nodeOf[point] = points.length;
    points.push(point);
  }
  const [from, to, lengths]: number[][] = [[], [], []];
  for (const [down, right] of halfStencil(reach)) {
    for (const [node, point] of points.entries()) {
      const [row, column] = [Math.floor(point / columns), point % columns];
      const other = placeOf(row + down, rows, closed[0]) * columns + placeOf(column + right, columns, closed[1]);
      if (!(other >= 0) || nodeOf[other] < 0) continue;
      const [a, b] = parameters(row, column);
      const length = lineLength(surface, a, b, down * steps[0], right * steps[1]);
      if (length === undefined) continue;
      from.push(node);
      to.push(nodeOf[other]);
      lengths.push(length);
    }
  }
  return { graph: graphOfEdges(points.length, { from, to, lengths }), points: Int32Array.from(points) };
}

/** Nodes and weights of Gauss and Legendre on [0, 1]. */
const NODES = [0.5 - Math.sqrt(0.15), 0.5, 0.5 + Math.sqrt(0.15)];
const WEIGHTS = [5 / 18, 8 / 18, 5 / 18];

/** Length of a straight line of the parameters from (a, b) on; undefined where it leaves the surface. */
export function lineLength(
  surface: Pick<ParametricSurface, "speed" | "inside">,
  a: number,
  b: number,
  da: number,
  db: number,
): number | undefined {
  let length = 0;
  for (let index = 0; index < NODES.length; index++) {
    const [x, y] = [a + NODES[index] * da, b + NODES[index] * db];
    if (!isInside(surface, x, y)) return undefined;
    length += WEIGHTS[index] * surface.speed(x, y, da, db);
  }
  return length;
}

function isInside({ inside }: Pick<ParametricSurface, "inside">, a: number, b: number): boolean {
  return inside === undefined || inside(a, b);
}

/** A row or column, brought back into the grid where it is closed; NaN outside. */
function placeOf(index: number, count: number, closed: boolean): number {
  if (closed) return ((index % count) + count) % count;
  return index >= 0 && index < count ? index : NaN;
}

/** One of each two opposite directions with steps up to `reach` that have no common divisor. */
function halfStencil(reach: number): [down: number, right: number][] {
  const directions: [number, number][] = [[0, 1]];
  for (let down = 1; down <= reach; down++) {
    for (let right = -reach; right <= reach; right++) {
      if (commonDivisor(down, Math.abs(right)) === 1) directions.push([down, right]);
    }
  }
  return directions;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
