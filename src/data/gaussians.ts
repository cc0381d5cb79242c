import { InputError } from "../errors.ts";
import { ndarray } from "../tensor/ndarray.ts";
import { Random } from "../tensor/random.ts";
import type { HistogramDataset } from "./dataset.ts";
import type { DatasetEntry, DatasetOptions } from "./entry.ts";

/** The two-mode Gaussians are cut off at this many deviations; 0.3% of their mass would lie beyond. */
const TRUNCATION = 3;

/** One Gaussian on a line, pushed to the right in five steps (Schmitz et al. 2018, Figure 2). */
export const gaussians1d: DatasetEntry = {
  description: "five translated Gaussians on a line of 100 points: what linear dictionaries cannot follow",
  load: translatedGaussians,
};

/** One or two modes in the outer thirds of a line, nothing between (Schmitz et al. 2018, section 5.5). */
export const twoModes1d: DatasetEntry = {
  description: "40 histograms on a line of 120 points with two random modes in its outer thirds, the middle empty",
  load: outerModes,
};

/**
 * Histograms [5, n], each summing to 1: deviation n / 25, means at 30, 40, ..., 70% of the line. Nothing is random.
 * Throws InputError for fewer than 25 points, too few to draw a Gaussian on.
 */
async function translatedGaussians({ size }: DatasetOptions): Promise<HistogramDataset> {
  const points = lineLength(size, 100, 25);
  const means = [0.3, 0.4, 0.5, 0.6, 0.7].map((place) => place * (points - 1));
  const rows = means.map((mean) => normalised(gaussian(points, mean, points / 25)));
  return histograms("gaussians-1d", rows, { names: means.map((mean) => `mean ${mean.toFixed(1)}`) });
}

/**
 * Histograms [40, n], each summing to 1: two Gaussians of deviation n / 40, cut off at 3 deviations, their means drawn
 * from every other grid point of the outer thirds where they fit into their third whole. The same mean may be drawn
 * twice. Labels say where the modes are: "left", "both" or "right". Throws InputError for fewer than 40 points.
 */
async function outerModes({ size, seed = 0 }: DatasetOptions): Promise<HistogramDataset> {
  const points = lineLength(size, 120, 40);
  const third = Math.floor(points / 3);
  const deviation = points / 40;
  const margin = Math.ceil(TRUNCATION * deviation);
  const places: number[] = [];
  for (let place = margin; place < third - margin; place += 2) places.push(place, points - 1 - place);

  const random = Random.fromSeed(seed);
  const draw = (): number => places[random.integer(places.length)];
  const means = Array.from({ length: 40 }, () => [draw(), draw()].sort((a, b) => a - b));
  const rows = means.map(([first, second]) => {
    const other = gaussian(points, second, deviation, TRUNCATION);
    return normalised(gaussian(points, first, deviation, TRUNCATION).map((value, index) => value + other[index]));
  });
  const side = ([first, second]: number[]): string => (second < third ? "left" : first < third ? "both" : "right");
  return histograms("two-modes-1d", rows, {
    names: means.map(([first, second]) => `modes ${first}, ${second}`),
    labels: means.map(side),
  });
}

/** A Gaussian of height 1 on 0..points-1, zero beyond `truncation` deviations. */
function gaussian(points: number, mean: number, deviation: number, truncation = Infinity): Float64Array {
  return Float64Array.from({ length: points }, (_, index) => {
    const distance = Math.abs(index - mean) / deviation;
    return distance > truncation ? 0 : Math.exp((-distance * distance) / 2);
  });
}

function normalised(values: Float64Array): Float64Array {
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
}

function histograms(
  name: string,
  rows: readonly Float64Array[],
  about: Pick<HistogramDataset, "names" | "labels">,
): HistogramDataset {
  const [{ length }] = rows;
  const values = new Float64Array(rows.length * length);
  rows.forEach((row, index) => values.set(row, index * length));
  return { kind: "histograms", name, values: ndarray(values, [rows.length, length]), ...about };
}

function lineLength(size: string | undefined, otherwise: number, least: number): number {
  const points = size === undefined ? otherwise : Number(size);
  if (!Number.isInteger(points) || points < least) {
    throw new InputError(`size: expected a number of grid points of at least ${least}, got ${JSON.stringify(size)}`);
  }
  return points;
}
