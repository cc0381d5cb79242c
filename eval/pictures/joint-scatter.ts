import { InputError } from "../../src/errors.ts";
import { rounded } from "../format.ts";
import { drawChart } from "./drawing.ts";
import type { Drawing } from "./picture.ts";
import { legendLayers, lineLayer, markLayer, type Layer, type ToldPoint } from "./point-layers.ts";
import { windowAround, type Window } from "./window.ts";
import { checkPoints, classLegendOf, legendOf, marksOf, type PointSet } from "./point-sets.ts";

export interface JointScatterOptions {
  /** Each set in a panel of its own, in the same window. @default false: all in one */
  readonly panels?: boolean;
  /** Lines between the points of equal index of the first two sets. @default false */
  readonly pairs?: boolean;
}

const SIDE = 420;
const PANEL_SIDE = 330;
/** Marks of several sets lie over each other. */
const OPACITY = 0.7;
const PAIR_OPACITY = 0.15;

/**
 * Sets of points [n, 2] of one plane together, lengths the same along both axes: marginals by areas of marks (Beier et al. 2025,
 * figure 8), or projections by classes. See `marksOf` for colours and shapes. Throws InputError where something has another shape.
 */
export async function jointScatter(sets: readonly PointSet[], options: JointScatterOptions = {}): Promise<Drawing> {
  const { panels = false, pairs = false } = options;
  for (const { name, points } of sets) checkPoints(name, points, 2);
  if (sets.length === 0) throw new InputError("scatter: expected sets of points, got none");
  const marks = marksOf(sets, panels ? PANEL_SIDE : SIDE);
  const at = (set: number, point: number): readonly [number, number] => {
    const { data } = sets[set].points;
    return [data[2 * point], data[2 * point + 1]];
  };
  const window = windowAround(marks.map(({ set, point }) => at(set, point)));
  const placed = marks.map(({ set, point, ...look }) => {
    const [x, y] = at(set, point);
    return { set, mark: { ...look, x, y, opacity: OPACITY, told: toldOf(sets[set], point) } };
  });
  if (panels) {
    return drawChart({
      spacing: 16,
      hconcat: sets.map(({ name }, index) => {
        const own = placed.filter(({ set }) => set === index).map(({ mark }) => mark);
        const isLast = index === sets.length - 1;
        const legend = isLast ? legendLayers(classLegendOf(sets), PANEL_SIDE) : [];
        return { title: name, width: PANEL_SIDE, height: PANEL_SIDE, layer: [markLayer(own, window), ...legend] };
      }),
    });
  }
  const lines = pairs ? [pairLayer(sets, at, window)] : [];
  const layer = [...lines, markLayer(interleaved(placed), window), ...legendLayers(legendOf(sets), SIDE)];
  return drawChart({ width: SIDE, height: SIDE, layer });
}

/** Nothing of points without names, which have no more to tell than their places. */
function toldOf({ name, names, labels, masses }: PointSet, point: number): ToldPoint | undefined {
  if (!names && !masses) return undefined;
  return {
    set: name,
    name: names?.[point] ?? String(point),
    ...(labels && { class: labels[point] ?? "none" }),
    ...(masses && { mass: rounded(masses[point]) }),
  };
}

/** Points of all sets in turn, so that none lies under the whole of another. */
function interleaved<T>(placed: readonly { readonly set: number; readonly mark: T }[]): T[] {
  const seen = new Map<number, number>();
  return placed
    .map(({ set, mark }) => {
      const order = seen.get(set) ?? 0;
      seen.set(set, order + 1);
      return { order, mark };
    })
    .sort((a, b) => a.order - b.order)
    .map(({ mark }) => mark);
}

function pairLayer(
  sets: readonly PointSet[],
  at: (set: number, point: number) => readonly [number, number],
  window: Window,
): Layer {
  const [first, second] = sets.map(({ points }) => points.shape[0]);
  if (first !== second) {
    throw new InputError(
      `scatter: expected two sets of as many points for pairs, got ${first} and ${second ?? "none"}`,
    );
  }
  return lineLayer(
    Array.from({ length: first }, (_, pair) => [at(0, pair), at(1, pair)]),
    window,
    PAIR_OPACITY,
  );
}
