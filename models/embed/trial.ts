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
  readonly scores: PairScores;
}

/** Whether a trial is one of ours, and not of a peer. */
export function isOwn({ start }: Pick<Trial, "start">): boolean {
  return start >= 0;
}

/** What a search makes small. */
export function validationLoss({ scores }: Pick<Trial, "scores">, validation: Int32Array): number {
  return meanOver(Object.values(scores)[0], validation);
}
