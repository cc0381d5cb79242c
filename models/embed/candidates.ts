import { pointsOfSide, type PairDataset } from "../../src/data/pair.ts";
import type { EmbedOptions } from "./presets.ts";

/** Options that a search varies. */
export type Choice = Pick<EmbedOptions, "preprocess" | "distance" | "neighbors" | "hops" | "lambda" | "epsilon">;

/**
 * Distances that are worth a try for points, in the order in which they are to be preferred: those of the preset `cells`,
 * distances themselves, the same graph with its lengths, and those of the preset `plain`.
 */
const SPACES: readonly Omit<Choice, "lambda" | "epsilon">[] = [
  { preprocess: "l2", distance: "correlation", neighbors: 0.2, hops: true },
  { preprocess: "l2", distance: "euclidean", neighbors: 0, hops: false },
  { preprocess: "l2", distance: "correlation", neighbors: 0.2, hops: false },
  { preprocess: "none", distance: "euclidean", neighbors: 10, hops: false },
];

const LAMBDAS = [0.3, 1];

/** All combinations, those of the same spaces together; of spaces that are given only the weights of the terms vary. */
export function searchChoices(options: EmbedOptions, { x, y }: PairDataset): Choice[] {
  const { preprocess, distance, neighbors, hops, epsilon } = options;
  const isGiven = [x, y].every(({ source }) => source.kind !== "points");
  const most = Math.min(pointsOfSide(x), pointsOfSide(y)) - 1;
  const spaces = isGiven
    ? [{ preprocess, distance, neighbors, hops }]
    : SPACES.map((space) => ({ ...space, neighbors: Math.min(space.neighbors, most) }));
  return spaces.flatMap((space) => LAMBDAS.map((lambda) => ({ ...space, lambda, epsilon })));
}

/** "correlation, 35 neighbours, lambda 1, epsilon 0.001" */
export function choiceText({ preprocess, distance, neighbors, hops, lambda, epsilon }: Choice): string {
  const rows = { none: "", l2: "rows of length one, ", zscore: "standardised columns, " }[preprocess];
  const count = neighbors < 1 ? `${100 * neighbors}% as` : neighbors;
  const graph = neighbors === 0 ? "" : `, ${count} neighbours${hops ? " by steps" : ""}`;
  return `${rows}${distance}${graph}, lambda ${lambda}, epsilon ${epsilon}`;
}

/** Whether two choices are of the same spaces. */
export function sameSpaces(a: Choice, b: Choice): boolean {
  return a.preprocess === b.preprocess && a.distance === b.distance && a.neighbors === b.neighbors && a.hops === b.hops;
}
