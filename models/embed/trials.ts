import { meanOver } from "./splits.ts";

/** How well an embedding puts each pair together, by name: arrays [pairs]. The first one is what a search makes small. */
export type PairScores = Readonly<Record<string, Float64Array>>;

/** What a search found of one start of one candidate, or of a peer on its spaces. */
export interface Trial {
  readonly candidate: number;
  /** Number of the start; of a peer, minus its number from 1. */
  readonly start: number;
  /** The objective over lambda: how much distances are distorted, in their own units whatever lambda is. NaN of a peer. */
  readonly distortion: number;
  /** Share of the mass that the last step moved. NaN of a peer. */
  readonly residual: number;
  /** The masses [nz] from which it started; empty of a peer. */
  readonly image: Float64Array;
  readonly scores: PairScores;
}

/** What a peer's trial has for figures that are ours alone. */
export const NOT_OF_PEERS: Pick<Trial, "distortion" | "residual" | "image"> = {
  distortion: NaN,
  residual: NaN,
  image: new Float64Array(0),
};

/** Whether a trial is one of ours, and not of a peer. */
export function isOwn({ start }: Pick<Trial, "start">): boolean {
  return start >= 0;
}

/** What a search makes small: the mean of the first score over the pairs that it may look at. */
export function validationLoss(trial: Trial, validation: Int32Array): number {
  return meanOver(lossOf(trial), validation);
}

/** The index of the trial of ours, among some of ours and peers, that a rule chooses. */
export function chosenTrial(trials: readonly Trial[], validation: Int32Array): number {
  const own = trials.filter(isOwn);
  return trials.indexOf(firstWithinError(own, validation));
}

/** The trial with the lowest loss. */
export function lowestLoss(trials: readonly Trial[], validation: Int32Array): Trial {
  const losses = trials.map((trial) => validationLoss(trial, validation));
  return trials[losses.indexOf(Math.min(...losses))];
}

/**
 * The first trial, in the order of the candidates, that the pairs cannot tell from the one with the lowest loss: on average it is
 * worse by no more than one standard error of the difference over the pairs (the rule of Breiman et al. 1984 for noisy losses). With
 * few pairs the lowest of many losses is a matter of luck.
 */
export function firstWithinError(trials: readonly Trial[], validation: Int32Array): Trial {
  const best = lossOf(lowestLoss(trials, validation));
  return trials.find((trial) => {
    const losses = lossOf(trial);
    const differences = Array.from(validation, (pair) => losses[pair] - best[pair]);
    const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
    const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return mean <= Math.sqrt(squares / Math.max(differences.length - 1, 1) / differences.length);
  })!;
}

function lossOf({ scores }: Trial): Float64Array {
  return Object.values(scores)[0];
}
