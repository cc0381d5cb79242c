import { ndarray } from "../../tensor/ndarray.ts";
import { Random } from "../../tensor/random.ts";
import { numbered } from "../dataset.ts";
import type { DatasetEntry } from "../entry.ts";
import type { PairDataset, PairSide } from "../pair.ts";
import { pointCount } from "./count.ts";

interface Labelled {
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly labels: readonly string[];
}

/** Three round clusters of different width about places of the unit square. */
function drawBlobs(count: number, random: Random): Labelled {
  const centres = [
    { x: 0.2, y: 0.2, deviation: 0.04 },
    { x: 0.8, y: 0.3, deviation: 0.07 },
    { x: 0.35, y: 0.8, deviation: 0.1 },
  ];
  const labels = Array.from({ length: count }, (_, point) => point % centres.length);
  return {
    points: labels.map((label) => {
      const { x, y, deviation } = centres[label];
      return [x + deviation * random.normal(), y + deviation * random.normal()];
    }),
    labels: labels.map(String),
  };
}

/** Two half circles, each of which ends in the middle of the other, with noise; in the unit square. */
function drawMoons(count: number, random: Random): Labelled {
  const [radius, noise] = [0.3, 0.02];
  const labels = Array.from({ length: count }, (_, point) => point % 2);
  return {
    points: labels.map((label) => {
      const angle = Math.PI * random.uniform();
      const sign = label === 0 ? 1 : -1;
      const x = 0.35 + label * radius + sign * radius * Math.cos(angle);
      const y = 0.425 + label * radius * 0.5 + sign * radius * Math.sin(angle);
      return [x + noise * random.normal(), y + noise * random.normal()];
    }),
    labels: labels.map(String),
  };
}

export const blobs = clusters("blobs", "three round clusters", drawBlobs);
export const moons = clusters("moons", "two half moons", drawMoons);

/**
 * Points and their images under an affine map: turned by a random angle, scaled by 0.9 and 1.1 along the new axes, and moved. Made
 * for mixtures of Gaussians (Beier et al. 2025, section 6.3, where the maps are not given).
 */
function clusters(
  name: string,
  what: string,
  draw: (count: number, random: Random) => Labelled,
): DatasetEntry<PairDataset> {
  return {
    description: `${what} in the unit square and their images under an affine map, 500 points (--size 500)`,
    load: async (options) => {
      const count = pointCount(options, 500, 3, 100_000);
      const random = Random.fromSeed(options.seed ?? 0);
      const { points, labels } = draw(count, random);
      const angle = 2 * Math.PI * random.uniform();
      const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
      const images = points.map(
        ([x, y]) => [2 + 0.9 * (cosine * x - sine * y), -1 + 1.1 * (sine * x + cosine * y)] as const,
      );
      const side = (of: Labelled["points"]): PairSide => ({
        source: { kind: "points", values: ndarray(Float64Array.from(of.flat()), [count, 2]) },
        names: numbered(count),
        labels,
      });
      return { kind: "pair", name, x: side(points), y: side(images), paired: true };
    },
  };
}
