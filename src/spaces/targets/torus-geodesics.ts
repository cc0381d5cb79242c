import { angleBetween } from "./circular-mean.ts";
import { dijkstra } from "../shortest-paths.ts";
import { lineLength, surfaceGraph, type ParametricSurface } from "../surface-graph.ts";

/** Distance between points of a torus. Angles are in radians: v round the tube (0 outside), u round the axis. */
export type TorusDistance = (v: number, u: number, otherV: number, otherU: number) => number;

/** On the product of two circles. */
export function flatDistance(major: number, minor: number): TorusDistance {
  return (v, u, otherV, otherU) => Math.hypot(major * angleBetween(u, otherU), minor * angleBetween(v, otherV));
}

/** The tube is divided into at least so many parts for paths, and the way round the axis accordingly. */
const FINE_ROWS = 90;
const MOST_FINE_COLUMNS = 720;
/** Points nearer than this many of these parts are joined by a straight line of the parameters. */
const NEAR_PARTS = 6;

/**
 * A torus of revolution looks the same from all points of one latitude, and mirrored from the other side of the equator: so a
 * search for each of `rows` latitudes over half of a refined grid (see `surfaceGraph`) gives all distances between points of
 * `rows` latitudes and `columns` meridians, in a fraction of a second. Between these they are a metric, up to 0.4% above the exact
 * geodesics; between other points they are interpolated on the refined grid, whose other latitudes are searched when asked for.
 */
export function torusGeodesics(major: number, minor: number, rows: number, columns: number): TorusDistance {
  const fineRows = Math.ceil(FINE_ROWS / rows) * rows;
  const wanted = Math.min(MOST_FINE_COLUMNS, (fineRows * major) / minor);
  const fineColumns = 2 * Math.max(1, Math.ceil(wanted / columns / 2)) * columns;
  const half = fineColumns / 2 + 1; // meridians from 0 to pi
  const turn = 2 * Math.PI;
  const surface: ParametricSurface = {
    rows: fineRows,
    columns: half,
    steps: [turn / fineRows, turn / fineColumns],
    closed: [true, false],
    speed: (v, _, dv, du) => Math.hypot((major + minor * Math.cos(v)) * du, minor * dv),
  };
  const search = dijkstra(surfaceGraph(surface).graph);
  const found = new Map<number, Float64Array>();
  const searched = (row: number): Float64Array => {
    const known = found.get(row) ?? search(row * half).slice();
    found.set(row, known);
    return known;
  };
  const at = (row: number, otherRow: number, column: number): number =>
    2 * row <= fineRows
      ? searched(row)[otherRow * half + column]
      : searched(fineRows - row)[((fineRows - otherRow) % fineRows) * half + column];

  return (v, u, otherV, otherU) => {
    const apart = shortWay(otherU - u);
    const along = shortWay(otherV - v);
    const near = Math.hypot(minor * along, (major + minor * Math.cos(v)) * apart);
    if (near < (NEAR_PARTS * turn * minor) / fineRows) return lineLength(surface, v, 0, along, apart)!;
    let sum = 0;
    for (const [row, first] of between(v, fineRows)) {
      for (const [otherRow, second] of between(otherV, fineRows)) {
        for (const [column, third] of between(Math.abs(apart), fineColumns)) {
          sum += first * second * third * at(row, otherRow, Math.min(column, half - 1));
        }
      }
    }
    return sum;
  };
}

/** An angle in (-pi, pi]. */
function shortWay(angle: number): number {
  return angle - 2 * Math.PI * Math.ceil(angle / (2 * Math.PI) - 0.5);
}

/** What is left of the place of an angle on the grid after rounding. */
const ROUNDING = 1e-9;

/** The neighbours of an angle among `count` equispaced ones, and their weights in linear interpolation; one where it is itself one. */
function between(angle: number, count: number): [index: number, weight: number][] {
  const turn = 2 * Math.PI;
  const place = ((((angle % turn) + turn) % turn) / turn) * count;
  const below = Math.floor(place + ROUNDING);
  const weight = place - below;
  if (weight < ROUNDING) return [[below % count, 1]];
  return [
    [below % count, 1 - weight],
    [(below + 1) % count, weight],
  ];
}
