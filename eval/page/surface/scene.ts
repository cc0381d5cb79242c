import { camera } from "../../pictures/camera.ts";
import { classesOf, marksOf, type Mark, type PointSet } from "../../pictures/point-sets.ts";
import type { SpacePoint } from "../../pictures/surface-wires.ts";
import type { SpaceSet, SurfaceView } from "../../views.ts";

/** Of the square, free on each side. */
const MARGIN = 0.04;

/** What one picture shows, for a side of so many CSS pixels. */
export interface Scene {
  readonly side: number;
  readonly sets: readonly SpaceSet[];
  readonly marks: readonly Mark[];
  /** For each mark the entries of the legend that it belongs to: its class and its set. */
  readonly entries: readonly (readonly [ofClass: number, ofSet: number])[];
  readonly wires: SurfaceView["wires"];
  /** The farthest point from the middle. */
  readonly extent: number;
}

/** Where the marks fall in a picture: CSS pixels, y downwards, and depths from -1, far, to 1, near; `order` goes from far to near. */
export interface Placed {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly depth: Float64Array;
  readonly order: Uint32Array;
  place(point: SpacePoint): { readonly x: number; readonly y: number; readonly depth: number };
}

/** A scene of some of the sets; sizes, colours and extent are those of all together. */
export function sceneOf(view: SurfaceView, shown: readonly number[], side: number): Scene {
  const sets = pointSetsOf(view.sets);
  const classes = classesOf(sets);
  const marks = marksOf(sets, side).filter(({ set }) => shown.includes(set));
  const entries = marks.map(({ set, point }) => {
    const label = view.sets[set].labels?.[point];
    return [label === undefined || label === null ? -1 : classes.indexOf(label), classes.length + set] as const;
  });
  const points = [...view.sets.flatMap((set) => set.points), ...view.wires.flat()];
  const extent = points.reduce((most, point) => Math.max(most, Math.hypot(...point)), 0) || 1;
  return { side, sets: view.sets, marks, entries, wires: view.wires, extent };
}

/** The sets in the form that still pictures take. */
export function pointSetsOf(sets: readonly SpaceSet[]): PointSet[] {
  return sets.map(({ name, points, labels, masses }) => ({
    name,
    points: { shape: [points.length, 3], data: new Float64Array(0) }, // of the points only their number counts
    labels: labels?.map((label) => label ?? undefined),
    masses: masses && Float64Array.from(masses),
  }));
}

/** The scene as seen by an eye, in degrees. */
export function placed({ side, sets, marks, extent }: Scene, azimuth: number, elevation: number): Placed {
  const view = camera(azimuth, elevation);
  const scale = side / (extent * (2 + 4 * MARGIN));
  const place = (point: SpacePoint) => {
    const { x, y, depth } = view.look(point);
    return { x: side / 2 + scale * x, y: side / 2 - scale * y, depth: depth / extent };
  };
  const [x, y, depth] = [0, 1, 2].map(() => new Float64Array(marks.length));
  marks.forEach(({ set, point }, mark) => {
    const at = place(sets[set].points[point]);
    [x[mark], y[mark], depth[mark]] = [at.x, at.y, at.depth];
  });
  const order = Uint32Array.from(marks.keys()).sort((a, b) => depth[a] - depth[b]);
  return { x, y, depth, order, place };
}

/** The nearest mark to the eye under a place of the picture, of those that are shown; undefined where there is none. */
export function markAt(
  { marks }: Scene,
  { x, y, order }: Placed,
  at: readonly [x: number, y: number],
  isShown: (mark: number) => boolean,
): number | undefined {
  for (let index = order.length - 1; index >= 0; index--) {
    const mark = order[index];
    const reach = Math.sqrt(marks[mark].size / Math.PI) + 2; // a finger's breadth would hide its neighbours
    if (Math.hypot(x[mark] - at[0], y[mark] - at[1]) <= reach && isShown(mark)) return mark;
  }
  return undefined;
}
