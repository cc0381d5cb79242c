import { Random } from "../../tensor/random.ts";
import type { DatasetEntry } from "../entry.ts";
import type { PairDataset } from "../pair.ts";
import { pointCount } from "./count.ts";
import { sampledSurface, type ShapedSurface } from "./sampled-surface.ts";

/** A part of the unit sphere: polar angles in rows, azimuths in columns. */
function spherePart(
  part: Pick<ShapedSurface, "rows" | "columns" | "origin" | "steps" | "closed" | "inside">,
): ShapedSurface {
  return {
    ...part,
    speed: (polar, _, dPolar, dAzimuth) => Math.hypot(dPolar, Math.sin(polar) * dAzimuth),
    place: (polar, azimuth) => [
      Math.sin(polar) * Math.cos(azimuth),
      Math.sin(polar) * Math.sin(azimuth),
      Math.cos(polar),
    ],
  };
}

/** Between the latitudes of 45 degrees and over a quarter of the way round, with a hole of 0.25 radians in its middle. */
const sphericalRectangle = spherePart({
  rows: 41,
  columns: 41,
  origin: [Math.PI / 4, 0],
  steps: [Math.PI / 80, Math.PI / 80],
  inside: (polar, azimuth) =>
    Math.sin(polar) * Math.cos(azimuth - Math.PI / 4) <= Math.cos(0.25) && // the angle from (pi / 2, pi / 4)
    polar <= (3 * Math.PI) / 4 + 1e-9,
});

/** Within 60 degrees of a pole, without what is within 15 degrees. */
const sphericalCap = spherePart({
  rows: 31,
  columns: 80,
  origin: [Math.PI / 12, 0],
  steps: [Math.PI / 120, Math.PI / 40],
  closed: [false, true],
});

const [MAJOR, MINOR] = [1, 0.5];

/** A part of the torus with radii 1 and 0.5, as the target has them: angles round the tube in rows, round the axis in columns. */
function torusPart(
  part: Pick<ShapedSurface, "rows" | "columns" | "origin" | "steps" | "closed" | "inside">,
): ShapedSurface {
  return {
    ...part,
    speed: (tube, _, dTube, dAxis) => Math.hypot(MINOR * dTube, (MAJOR + MINOR * Math.cos(tube)) * dAxis),
    place: (tube, axis) => {
      const out = MAJOR + MINOR * Math.cos(tube);
      return [out * Math.cos(axis), out * Math.sin(axis), MINOR * Math.sin(tube)];
    },
  };
}

/** Half of the way round the axis. */
const halfTorus = torusPart({
  rows: 40,
  columns: 41,
  steps: [Math.PI / 20, Math.PI / 40],
  closed: [true, false],
});

/** On the outside, over a third of the way round the axis: from half of the tube to a point. */
const toroidalTriangle = torusPart({
  rows: 51,
  columns: 69,
  origin: [-Math.PI / 2, 0],
  steps: [Math.PI / 50, Math.PI / 102],
  inside: (tube, axis) => Math.abs(tube) <= (Math.PI / 2) * (1 - axis / ((2 * Math.PI) / 3)) + 1e-9,
});

export const sphereParts = parts("sphere-parts", "a spherical rectangle and a cap, each with a hole", [
  sphericalRectangle,
  sphericalCap,
]);
export const torusParts = parts("torus-parts", "half a torus and a triangle on one", [halfTorus, toroidalTriangle]);

/** Two parts of a curved surface (Beier et al. 2025, Figure 3, which gives no sizes). */
function parts(
  name: string,
  what: string,
  [first, second]: readonly [ShapedSurface, ShapedSurface],
): DatasetEntry<PairDataset> {
  return {
    description: `${what}: 300 points each and their geodesics (--size 300)`,
    load: async (options) => {
      const count = pointCount(options, 300, 3, 600);
      const random = Random.fromSeed(options.seed ?? 0);
      return {
        kind: "pair",
        name,
        x: sampledSurface(first, count, random),
        y: sampledSurface(second, count, random),
        paired: false,
        inTargetUnits: true,
      };
    },
  };
}
