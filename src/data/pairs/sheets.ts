import { pairwiseDistances } from "../../spaces/distances.ts";
import { ndarray } from "../../tensor/ndarray.ts";
import { Random } from "../../tensor/random.ts";
import { numbered } from "../dataset.ts";
import type { DatasetEntry } from "../entry.ts";
import type { PairDataset, PairSide } from "../pair.ts";
import { pointCount } from "./count.ts";
import { sampledSurface, type ShapedSurface } from "./sampled-surface.ts";

/** A sheet of this length and width, which fits into the unit square, is bent in space without stretching. */
const LENGTH = 1;
const WIDTH = 0.5;
/** Radius of a hole in its middle. */
const HOLE = 0.14;
/** Points of the sheet's grid along its length, where shortest paths are searched. */
const COLUMNS = 71;

/** A curve in a plane, by its arc length from 0 to LENGTH. */
type Curve = (length: number) => readonly [x: number, z: number];

/** Two half circles, one bent up and one down. */
const sCurve: Curve = (length) => {
  const radius = LENGTH / (2 * Math.PI);
  const isSecond = length > LENGTH / 2;
  const angle = (isSecond ? length - LENGTH / 2 : length) / radius;
  const sign = isSecond ? -1 : 1;
  return [sign * radius * Math.sin(angle), sign * radius * (1 - Math.cos(angle)) + (isSecond ? 2 * radius : 0)];
};

/** Angles between which the spiral r = scale * angle runs, and its arc length up to an angle, by its scale. */
const SPIRAL = { from: 1.5 * Math.PI, to: 4.5 * Math.PI };
const spiralLength = (angle: number): number => (angle * Math.hypot(1, angle) + Math.asinh(angle)) / 2;

/** A Swiss roll. The angle of an arc length is found by bisection, since the length grows with the angle. */
const swissRoll: Curve = (length) => {
  const start = spiralLength(SPIRAL.from);
  const scale = LENGTH / (spiralLength(SPIRAL.to) - start);
  let [low, high] = [SPIRAL.from, SPIRAL.to];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (scale * (spiralLength(middle) - start) < length) low = middle;
    else high = middle;
  }
  return [scale * low * Math.cos(low), scale * low * Math.sin(low)];
};

export const shapes = sheets("shapes", "an S-curve and a Swiss roll", false, false);
export const shapesHole = sheets("shapes-hole", "an S-curve and a Swiss roll, both with a hole", true, true);
export const shapesOneHole = sheets("shapes-one-hole", "an S-curve, and a Swiss roll with a hole", false, true);

/** Two sheets (Beier et al. 2025, section 6.1), drawn independently: no point of one is a point of the other. */
function sheets(name: string, what: string, holeX: boolean, holeY: boolean): DatasetEntry<PairDataset> {
  return {
    description: `${what}: 400 points each of a bent 1 x 0.5 sheet and their geodesics (--size 400)`,
    load: async (options) => {
      const count = pointCount(options, 400, 3, 1000);
      const random = Random.fromSeed(options.seed ?? 0);
      return {
        kind: "pair",
        name,
        x: sheet(sCurve, holeX, count, random),
        y: sheet(swissRoll, holeY, count, random),
        paired: false,
        inTargetUnits: true,
      };
    },
  };
}

function sheet(curve: Curve, hole: boolean, count: number, random: Random): PairSide {
  const place: ShapedSurface["place"] = (across, along) => {
    const [x, z] = curve(along);
    return [x, across, z];
  };
  if (!hole) return wholeSheet(place, count, random);
  const step = LENGTH / (COLUMNS - 1);
  const surface: ShapedSurface = {
    rows: Math.round(WIDTH / step) + 1,
    columns: COLUMNS,
    steps: [step, step],
    speed: (_across, _along, dAcross, dAlong) => Math.hypot(dAcross, dAlong),
    inside: (across, along) => Math.hypot(across - WIDTH / 2, along - LENGTH / 2) >= HOLE,
    place,
  };
  return sampledSurface(surface, count, random);
}

/** Without a hole, geodesics are straight lines of the sheet, exactly. */
function wholeSheet(place: ShapedSurface["place"], count: number, random: Random): PairSide {
  const drawn = Array.from({ length: count }, () => [WIDTH * random.uniform(), LENGTH * random.uniform()] as const);
  return {
    source: {
      kind: "distances",
      values: pairwiseDistances(ndarray(Float64Array.from(drawn.flat()), [count, 2])),
      coordinates: ndarray(Float64Array.from(drawn.flatMap((at) => place(...at))), [count, 3]),
    },
    names: numbered(count),
  };
}
