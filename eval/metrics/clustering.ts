import { InputError } from "../../src/errors.ts";

/** How well distances between n things agree with their classes, things without a class left out. */
export interface ClusteringScores {
  /** Mean silhouette in [-1, 1]; undefined with fewer than two classes. */
  readonly silhouette: number | undefined;
  /** Dunn index; undefined with fewer than two classes or where no class has two members. */
  readonly dunn: number | undefined;
}

export type Labels = readonly (string | undefined)[];

/**
 * Average silhouette width (Rousseeuw 1987) and Dunn index of distances [n, n], row-major. Entries whose label is undefined
 * take no part. Throws InputError for another number of labels.
 */
export function clusteringScores(distances: Float64Array, labels: Labels): ClusteringScores {
  const widths = silhouetteWidths(distances, labels);
  return {
    silhouette: widths && widths.reduce((sum, width) => sum + width, 0) / widths.length,
    dunn: dunnIndex(distances, labels),
  };
}

/**
 * Silhouettes (b - a) / max(a, b) of the labelled entries, in their order: a the mean distance to the others of the same
 * class, b the least mean distance to another class. 0 for the only member of a class (as scikit-learn has it). Undefined
 * with fewer than two classes.
 */
export function silhouetteWidths(distances: Float64Array, labels: Labels): Float64Array | undefined {
  const { members, classOf, count } = classesOf(distances, labels);
  if (members.length < 2) return undefined;
  const widths: number[] = [];
  for (let i = 0; i < count; i++) {
    const own = classOf[i];
    if (own < 0) continue;
    const means = members.map((others, index) => {
      let sum = 0;
      for (const j of others) sum += distances[i * count + j];
      return sum / (index === own ? others.length - 1 : others.length); // its distance from itself is 0
    });
    if (members[own].length === 1) {
      widths.push(0);
      continue;
    }
    const within = means[own];
    const between = Math.min(...means.filter((_, index) => index !== own));
    const larger = Math.max(within, between);
    widths.push(larger > 0 ? (between - within) / larger : 0);
  }
  return Float64Array.from(widths);
}

/**
 * The least distance between entries of two classes over the largest within one (Dunn 1974). Undefined with fewer than two
 * classes or where all distances within classes are zero.
 */
export function dunnIndex(distances: Float64Array, labels: Labels): number | undefined {
  const { members, classOf, count } = classesOf(distances, labels);
  if (members.length < 2) return undefined;
  let least = Infinity;
  let most = 0;
  for (let i = 0; i < count; i++) {
    if (classOf[i] < 0) continue;
    for (let j = 0; j < i; j++) {
      if (classOf[j] < 0) continue;
      const distance = distances[i * count + j];
      if (classOf[i] === classOf[j]) most = Math.max(most, distance);
      else least = Math.min(least, distance);
    }
  }
  return most > 0 ? least / most : undefined;
}

function classesOf(distances: Float64Array, labels: Labels) {
  const count = labels.length;
  if (distances.length !== count * count) {
    throw new InputError(`clustering: expected a label for each of ${Math.sqrt(distances.length)}, got ${count}`);
  }
  const names = [...new Set(labels.filter((label) => label !== undefined))];
  const classOf = Int32Array.from(labels, (label) => (label === undefined ? -1 : names.indexOf(label)));
  const members: number[][] = names.map(() => []);
  classOf.forEach((index, entry) => {
    if (index >= 0) members[index].push(entry);
  });
  return { members, classOf, count };
}
