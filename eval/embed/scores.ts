import type { NdArray } from "../../src/tensor/ndarray.ts";
import { foscttm, foscttmOfPairs, type Foscttm } from "../metrics/alignment.ts";
import type { Labels } from "../metrics/clustering.ts";
import { labelsTold, labelTransfer, type LabelTransfer } from "../metrics/label-transfer.ts";

/** What is known of the samples, for evaluation only: nothing of it enters an embedding. */
export interface Knowledge {
  /** Row i of X and row i of Y are one sample. */
  readonly paired: boolean;
  /** [nx] and [ny] classes, undefined for none. @default not known */
  readonly labelsX?: Labels | undefined;
  readonly labelsY?: Labels | undefined;
  /** The pairs that scores are of: a test set, where others entered a choice. @default all */
  readonly pairs?: readonly number[] | undefined;
}

export interface AlignmentScores {
  /** Where partners are known. */
  readonly foscttm?: Foscttm;
  /** Where classes of both sets are known. */
  readonly labelTransfer?: LabelTransfer;
}

/** Scores of distances [nx, ny] between aligned samples, as far as something is known of them. Throws InputError. */
export function alignmentScores(distances: NdArray, { paired, labelsX, labelsY, pairs }: Knowledge): AlignmentScores {
  const subset = paired ? { x: pairs, y: pairs } : {};
  return {
    ...(paired && { foscttm: foscttm(distances, pairs) }),
    ...(hasLabels(labelsX) &&
      hasLabels(labelsY) && { labelTransfer: labelTransfer(distances, labelsX, labelsY, undefined, subset) }),
  };
}

/**
 * The same of every pair, for a search that may look at some of them: `foscttm` [n], the mean of both directions, then
 * `labelTransferXToY` and `labelTransferYToX` [n], 1 where the class of the sample is told right (NaN without one).
 */
export function pairScores(
  distances: NdArray,
  { labelsX, labelsY }: Pick<Knowledge, "labelsX" | "labelsY">,
): Readonly<Record<string, Float64Array>> {
  const { xToY, yToX } = foscttmOfPairs(distances);
  const scores = { foscttm: xToY.map((value, pair) => (value + yToX[pair]) / 2) };
  if (!hasLabels(labelsX) || !hasLabels(labelsY)) return scores;
  const told = labelsTold(distances, labelsX, labelsY);
  return { ...scores, labelTransferXToY: told.xToY, labelTransferYToX: told.yToX };
}

function hasLabels(labels: Labels | undefined): labels is Labels {
  return labels?.some((label) => label !== undefined) ?? false;
}
