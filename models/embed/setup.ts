import { readArray } from "../../src/data/arrays.ts";
import { loadPair, requireDistances } from "../../src/data/load-pair.ts";
import type { PairDataset } from "../../src/data/pair.ts";
import { OptionError } from "../../src/errors.ts";
import { meanVarianceOf } from "../../src/spaces/mixture.ts";
import type { Target } from "../../src/spaces/target.ts";
import { targetByName, type TargetName, type TargetPoints } from "../../src/spaces/targets/by-name.ts";
import { spaceOptions, type GivenEmbedOptions } from "./options.ts";
import type { EmbedOptions } from "./presets.ts";
import { embedProblem, type EmbedProblem } from "./problem.ts";
import { embedSide, type EmbedSide } from "./sides.ts";

/** What follows from options and data, for training and evaluation. */
export interface EmbedSetup {
  readonly problem: EmbedProblem;
  readonly x: EmbedSide;
  readonly y: EmbedSide;
  /** Whether point i of x is point i of y. */
  readonly paired: boolean;
}

/** The two sets of the options x and y; undefined where they name none. Throws InputError or OptionError. */
export async function loadOwnPair(options: Partial<GivenEmbedOptions>): Promise<PairDataset | undefined> {
  const { x, y, labelsX, labelsY, matrices: distances = false, paired } = options;
  if (x === undefined && y === undefined) {
    for (const name of ["labelsX", "labelsY", "matrices", "paired"] as const) {
      if (options[name]) throw new OptionError(name, "only with x and y; leave it out");
    }
    return undefined;
  }
  if (x === undefined || y === undefined) {
    throw new OptionError(x === undefined ? "x" : "y", "expected both sets, x and y, got one of them");
  }
  return loadPair(x, y, { paired, x: { distances, labels: labelsX }, y: { distances, labels: labelsY } });
}

/** The last one of each data set: a run is evaluated on the spaces that it was trained on, and geodesics may take minutes. */
const known = new WeakMap<PairDataset, { readonly key: string; readonly setup: EmbedSetup }>();

/** Throws InputError or OptionError for data and options that do not fit. */
export async function setUpEmbed(given: EmbedOptions, dataset: PairDataset): Promise<EmbedSetup> {
  const options = { ...given, keepUnits: given.keepUnits || dataset.inTargetUnits === true };
  const key = JSON.stringify(
    Object.keys(spaceOptions).map((name) => options[name as keyof typeof spaceOptions] ?? null),
  );
  const last = known.get(dataset);
  if (last?.key === key) return last.setup;
  const [x, y] = [await embedSide(dataset.x, options, "x"), await embedSide(dataset.y, options, "y")];
  const target = await targetOf(options, x, y);
  const isOther = [x, y].some(({ indices, mixture }) => indices !== undefined || mixture !== undefined);
  const setup = { problem: embedProblem(x.space, y.space, target), x, y, paired: dataset.paired && !isOther };
  known.set(dataset, { key, setup });
  return setup;
}

async function targetOf(options: EmbedOptions, x: EmbedSide, y: EmbedSide): Promise<Target> {
  const { target = "plane", targetDistances, resolution, keepUnits } = options;
  const points = ({ space, coordinates }: EmbedSide): TargetPoints => ({
    distances: space.metric.matrix(),
    coordinates,
  });
  const matrix = target === "matrix" ? await targetMatrix(targetDistances) : undefined;
  // Gaussians have variances in the units of their means, so that only the inputs' are free
  const variances = [x, y].flatMap(({ mixture }) => (mixture ? [meanVarianceOf(mixture)] : []));
  return targetByName(target as TargetName, {
    resolution,
    scale: keepUnits || target === "gaussians" ? 1 : "unit",
    ...(variances.length === 2 && { variance: (variances[0] + variances[1]) / 2 }),
    ...(target === "x" && { x: points(x) }),
    ...(target === "y" && { y: points(y) }),
    ...(matrix && { matrix }),
  });
}

async function targetMatrix(path: string | undefined): Promise<TargetPoints> {
  if (path === undefined)
    throw new OptionError("targetDistances", "expected a file of distances with target matrix, got none");
  const distances = await readArray(path, [2]);
  requireDistances(distances, path);
  return { distances };
}
