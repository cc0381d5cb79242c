import { InputError } from "../errors.ts";
import { takeFirst, type LoadedDataset } from "./dataset.ts";
import type { DatasetEntry, DatasetOptions } from "./entry.ts";
import { cifar10 } from "./cifar10.ts";
import { drawings } from "./drawings.ts";
import { faces, facesUnseen } from "./faces/faces.ts";
import { gaussians1d, twoModes1d } from "./gaussians.ts";
import { lfw } from "./lfw.ts";
import { fashionMnist, mnist } from "./mnist.ts";
import type { PairDataset } from "./pair.ts";
import { circleVonMises } from "./pairs/circle.ts";
import { blobs, moons } from "./pairs/clusters.ts";
import { sphereParts, torusParts } from "./pairs/curved.ts";
import { fashionLatent, scgem, snareseq } from "./pairs/features.ts";
import { shapes, shapesHole, shapesOneHole } from "./pairs/sheets.ts";
import { pbmc3k } from "./pbmc3k.ts";
import { quickdraw } from "./quickdraw.ts";
import { torus, torusOneBump, torusTwins } from "./torus.ts";

/** Those of the data sets that are pairs. */
const pairs: Readonly<Record<string, DatasetEntry<PairDataset>>> = {
  snareseq,
  scgem,
  "fashion-latent": fashionLatent,
  shapes,
  "shapes-hole": shapesHole,
  "shapes-one-hole": shapesOneHole,
  "sphere-parts": sphereParts,
  "torus-parts": torusParts,
  "circle-von-mises": circleVonMises,
  blobs,
  moons,
};

/** The data sets known by name. To add one, write its `DatasetEntry` in a file of its own and name it here. */
export const datasets: Readonly<Record<string, DatasetEntry<LoadedDataset>>> = {
  faces,
  "faces-unseen": facesUnseen,
  drawings,
  "gaussians-1d": gaussians1d,
  "two-modes-1d": twoModes1d,
  torus,
  "torus-one-bump": torusOneBump,
  "torus-twins": torusTwins,
  mnist,
  "fashion-mnist": fashionMnist,
  cifar10,
  lfw,
  quickdraw,
  pbmc3k,
  ...pairs,
};

/** Whether a name is that of two data sets that share no features. */
export function isPairName(name: string): boolean {
  return Object.hasOwn(pairs, name);
}

/**
 * Makes or fetches a data set by name.
 *
 * @throws InputError for an unknown name (listing the known ones) or an option that does not fit; RunError where files
 *   have to be fetched and cannot be
 */
export async function loadDataset(name: string, options: DatasetOptions = {}): Promise<LoadedDataset> {
  if (!Object.hasOwn(datasets, name)) {
    throw new InputError(`data set ${name}: unknown; known are ${Object.keys(datasets).join(", ")}`);
  }
  const { limit = Infinity } = options;
  if (limit !== Infinity && !(Number.isInteger(limit) && limit >= 1)) {
    throw new InputError(`limit: expected a whole number of samples, at least 1, got ${limit}`);
  }
  return takeFirst(await datasets[name].load(options), limit);
}
