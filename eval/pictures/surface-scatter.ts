import { numbered } from "../../src/data/dataset.ts";
import { InputError } from "../../src/errors.ts";
import { rounded } from "../format.ts";
import type { SpaceSet } from "../views.ts";
import { camera, type Camera } from "./camera.ts";
import { drawChart } from "./drawing.ts";
import type { Drawing } from "./picture.ts";
import { legendLayers, lineLayer, markLayer, type Layer } from "./point-layers.ts";
import { windowAround, type Window } from "./window.ts";
import { checkPoints, classLegendOf, legendOf, marksOf, type Mark, type PointSet } from "./point-sets.ts";
import type { SpacePoint, Wire } from "./surface-wires.ts";

export interface SurfaceScatterOptions {
  /** Lines on the surface that the points lie on, drawn faintly behind them. @default none */
  readonly wires?: readonly Wire[];
  /** Each set in a row of its own. @default false: all in one */
  readonly panels?: boolean;
}

const SIDE = 330;
/** Azimuth of the first eye where the points lie all round, and how far eyes are above or below the equator, in degrees. */
const [AZIMUTH, ELEVATION] = [30, 30];
/** Points whose middle is nearer to the axis than this share of their extent lie all round. */
const ALL_ROUND = 0.05;
/** Of the farthest and the nearest point. */
const OPACITIES = [0.12, 0.9] as const;
const WIRE_OPACITIES = { far: 0.08, near: 0.2 } as const;

/**
 * Sets of points [n, 3] from two opposite sides, first from the one on which most of them lie: nearer points over farther ones,
 * which fade. The surface of the wires lies around the origin; without wires the points are seen around the middle of their extents.
 * See `marksOf` for colours, shapes and areas. Throws InputError where something has another shape.
 */
export async function surfaceScatter(sets: readonly PointSet[], options: SurfaceScatterOptions = {}): Promise<Drawing> {
  const { wires = [], panels = false } = options;
  for (const { name, points } of sets) checkPoints(name, points, 3);
  if (sets.length === 0) throw new InputError("scatter: expected sets of points, got none");
  const marks = marksOf(sets, SIDE);
  const [cx, cy, cz] = wires.length > 0 ? [0, 0, 0] : centreOf(sets);
  const at = ({ set, point }: Pick<Mark, "set" | "point">): SpacePoint => {
    const { data } = sets[set].points;
    return [data[3 * point] - cx, data[3 * point + 1] - cy, data[3 * point + 2] - cz];
  };
  const extent = Math.max(...[...marks.map(at), ...wires.flat()].map((point) => Math.hypot(...point))) || 1;
  const eyes = eyesFor(marks, at, extent);
  const window = windowAround([
    [-extent, -extent],
    [extent, extent],
  ]);
  const rows = panels
    ? sets.map(({ name }, index) => ({ name, shown: [index] }))
    : [{ name: "", shown: sets.map((_, index) => index) }];
  const still = await drawChart({
    spacing: 16,
    vconcat: rows.map(({ name, shown }, row) => ({
      spacing: 16,
      hconcat: eyes.map(({ title, azimuth, elevation }, column) => {
        const view = camera(azimuth, elevation);
        const legend = panels ? classLegendOf(sets) : legendOf(sets);
        return {
          title: name ? `${name}, ${title}` : title,
          width: SIDE,
          height: SIDE,
          layer: [
            ...wireLayers(wires, view, window),
            pointLayer(
              marks.filter(({ set }) => shown.includes(set)),
              at,
              view,
              window,
              extent,
            ),
            ...(column === 1 && row === 0 ? legendLayers(legend, SIDE) : []),
          ],
        };
      }),
    })),
  });
  const [{ azimuth, elevation }] = eyes;
  const view = {
    kind: "surface",
    sets: sets.map((set, index) => spaceSet(set, (point) => at({ set: index, point }))),
    panels,
    wires: wires.map((wire) => wire.map(roundedPoint)),
    eye: { azimuth, elevation },
  } as const;
  return { ...still, view };
}

function spaceSet({ name, points, names, labels, masses }: PointSet, at: (point: number) => SpacePoint): SpaceSet {
  const [count] = points.shape;
  return {
    name,
    points: Array.from({ length: count }, (_, point) => roundedPoint(at(point))),
    names: names ?? numbered(count),
    ...(labels && { labels: labels.map((label) => label ?? null) }),
    ...(masses && { masses: Array.from(masses, rounded) }),
  };
}

function roundedPoint([x, y, z]: SpacePoint): SpacePoint {
  return [rounded(x), rounded(y), rounded(z)];
}

/** Opposite eyes: what lies on the far side of one picture is on the near side of the other. */
function eyesFor(marks: readonly Mark[], at: (mark: Mark) => SpacePoint, extent: number) {
  const total = marks.reduce((sum, { size }) => sum + size, 0);
  const middle = (axis: number): number => marks.reduce((sum, mark) => sum + (mark.size / total) * at(mark)[axis], 0);
  const [x, y, z] = [0, 1, 2].map(middle);
  const azimuth = Math.hypot(x, y) > ALL_ROUND * extent ? (Math.atan2(y, x) * 180) / Math.PI : AZIMUTH;
  const elevation = z < -ALL_ROUND * extent ? -ELEVATION : ELEVATION;
  return [
    { title: "one side", azimuth, elevation },
    { title: "the other side", azimuth: azimuth + 180, elevation: -elevation },
  ];
}

function centreOf(sets: readonly PointSet[]): SpacePoint {
  const [low, high] = [[Infinity, Infinity, Infinity], [-Infinity, -Infinity, -Infinity]]; // prettier-ignore
  for (const { points } of sets) {
    points.data.forEach((value, at) => {
      low[at % 3] = Math.min(low[at % 3], value);
      high[at % 3] = Math.max(high[at % 3], value);
    });
  }
  return [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2];
}

function pointLayer(
  marks: readonly Mark[],
  at: (mark: Mark) => SpacePoint,
  view: Camera,
  window: Window,
  extent: number,
): Layer {
  const [faint, clear] = OPACITIES;
  const placed = marks.map((mark) => {
    const { x, y, depth } = view.look(at(mark));
    const { color, shape, fill, size } = mark;
    return { depth, x, y, color, shape, fill, size, opacity: faint + ((clear - faint) * (1 + depth / extent)) / 2 };
  });
  return markLayer(
    placed.sort((a, b) => a.depth - b.depth),
    window,
  );
}

/** The far parts of the wires, then the near ones. */
function wireLayers(wires: readonly Wire[], view: Camera, window: Window): Layer[] {
  const parts: Record<keyof typeof WIRE_OPACITIES, [number, number][][]> = { far: [], near: [] };
  for (const wire of wires) {
    let before: keyof typeof parts | undefined;
    wire.forEach((point, index) => {
      const { x, y, depth } = view.look(point);
      const side = depth < 0 ? "far" : "near";
      if (side !== before) {
        // a part starts where the last one ended, so that no gap shows
        const last = index > 0 ? view.look(wire[index - 1]) : undefined;
        parts[side].push(last ? [[last.x, last.y]] : []);
      }
      parts[side].at(-1)!.push([x, y]);
      before = side;
    });
  }
  return (["far", "near"] as const)
    .filter((side) => parts[side].length > 0)
    .map((side) => lineLayer(parts[side], window, WIRE_OPACITIES[side]));
}
