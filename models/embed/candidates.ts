import { pointsOfSide, type PairDataset } from "../../src/data/pair.ts";
import type { EmbedOptions } from "./options.ts";

/** Options that a search varies. */
export type Choice = Pick<EmbedOptions, "preprocess" | "distance" | "neighbors" | "hops" | "lambda" | "epsilon">;

/** Points of an extent may have so many neighbours at most: geodesics cost as much. */
const MOST_NEIGHBORS = 250;

/**
 * Distances that are worth a try for points, in the order in which they are to be preferred: steps along a graph of correlated
 * neighbours, what SCOT's authors recommend for cells; distances themselves; the same graph with its lengths; and what
 * Beier et al. use.
 */
function spacesToTry(points: number): readonly Omit<Choice, "lambda" | "epsilon">[] {
  const neighbors = Math.max(Math.min(Math.round(points / 5), MOST_NEIGHBORS), 1);
  return [
    { preprocess: "l2", distance: "correlation", neighbors, hops: true },
    { preprocess: "l2", distance: "euclidean", neighbors: 0, hops: false },
    { preprocess: "l2", distance: "correlation", neighbors, hops: false },
    { preprocess: "none", distance: "euclidean", neighbors: Math.min(10, points - 1), hops: false },
  ];
}

const LAMBDAS = [0.3, 1];

/** All combinations, those of the same spaces together; of spaces that are given only the weights of the terms vary. */
export function searchChoices(options: EmbedOptions, { x, y }: PairDataset): Choice[] {
  const { preprocess, distance, neighbors, hops, epsilon } = options;
  const isGiven = [x, y].every(({ source }) => source.kind !== "points");
  const spaces = isGiven
    ? [{ preprocess, distance, neighbors, hops }]
    : spacesToTry(Math.min(pointsOfSide(x), pointsOfSide(y)));
  return spaces.flatMap((space) => LAMBDAS.map((lambda) => ({ ...space, lambda, epsilon })));
}

/** "correlation, 35 neighbours, lambda 1, epsilon 0.001" */
export function choiceText({ preprocess, distance, neighbors, hops, lambda, epsilon }: Choice): string {
  const rows = { none: "", l2: "rows of length one, ", zscore: "standardised columns, " }[preprocess];
  const graph = neighbors === 0 ? "" : `, ${neighbors} neighbours${hops ? " by steps" : ""}`;
  return `${rows}${distance}${graph}, lambda ${lambda}, epsilon ${epsilon}`;
}

/** Whether two choices are of the same spaces. */
export function sameSpaces(a: Choice, b: Choice): boolean {
  return a.preprocess === b.preprocess && a.distance === b.distance && a.neighbors === b.neighbors && a.hops === b.hops;
}
