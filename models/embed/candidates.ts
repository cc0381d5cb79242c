import type { PairDataset, PairSide } from "../../src/data/pair.ts";
import { pointsOfSide } from "../../src/data/pair.ts";
import type { EmbedOptions } from "./options.ts";

/** Options that a search varies. */
export type Choice = Pick<EmbedOptions, "preprocess" | "distance" | "neighbors" | "hops" | "lambda" | "epsilon">;

/** Distances that are worth a try for points; what somebody gives as distances or as a mesh has one kind. */
const SPACES: readonly Omit<Choice, "lambda" | "epsilon">[] = [
  { preprocess: "none", distance: "euclidean", neighbors: 0, hops: false },
  ...([35, 110] as const).flatMap((neighbors) =>
    ([true, false] as const).flatMap((hops) => [
      { preprocess: "l2", distance: "correlation", neighbors, hops } as const,
      { preprocess: "none", distance: "correlation", neighbors, hops } as const,
    ]),
  ),
];
const LAMBDAS = [0.3, 1];
const EPSILONS = [1e-3];

/** All combinations, those of the same spaces together; only the weights of the terms where the spaces are given. */
export function searchChoices(options: EmbedOptions, { x, y }: PairDataset): Choice[] {
  const isGiven = [x, y].every(({ source }: PairSide) => source.kind !== "points");
  const { preprocess, distance, neighbors, hops } = options;
  const fewest = Math.min(pointsOfSide(x), pointsOfSide(y));
  const spaces = isGiven
    ? [{ preprocess, distance, neighbors, hops }]
    : SPACES.filter((space) => space.neighbors < fewest);
  return spaces.flatMap((space) =>
    LAMBDAS.flatMap((lambda) => EPSILONS.map((epsilon) => ({ ...space, lambda, epsilon }))),
  );
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
