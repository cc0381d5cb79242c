import type { Embedding } from "../../models/embed/embedding.ts";
import type { Target } from "../../src/spaces/target.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { nearestColumns } from "../metrics/alignment.ts";

/** Where the descent from one start has ended. */
export interface StartOutcome {
  readonly objective: number;
  /** Share of the mass that the last step moved. */
  readonly residual: number;
  /** Whether this is the embedding that is reported. */
  readonly chosen: boolean;
  /** @default not kept: then nothing can be said of its plan */
  readonly embedding?: Pick<Embedding, "couplingX" | "couplingY"> | undefined;
}

/** A start as good as the chosen one that ended elsewhere. */
export interface EqualOptimum {
  /** Its number, from 1. */
  readonly start: number;
  /** Share of the mass of the couplings that lies elsewhere. */
  readonly moved: number;
  /**
   * How far it disagrees on who belongs to whom: the mean fraction of y that it puts nearer to an x than the partner that the
   * chosen one gives it. 0 where the plans differ by a motion of the target alone, one half where they have nothing in common.
   */
  readonly disagreement: number;
}

/** Relative, as objectives of one optimum differ by the steps that are left. */
const EQUAL_OBJECTIVES = 1e-3;
/** Share of the mass from which on plans differ. */
const OTHER_PLAN = 0.1;
/** From which disagreement on two embeddings match differently. */
const OTHER_MATCHES = 0.1;

/** The starts whose objectives equal that of the chosen one (to 1e-3) but whose plans do not: mirrored optima of symmetric data. */
export function equalOptima(starts: readonly StartOutcome[], target: Target): EqualOptimum[] {
  const best = starts.find(({ chosen }) => chosen);
  if (!best?.embedding) return [];
  const chosen = best.embedding;
  let matches: Int32Array | undefined;
  return starts.flatMap(({ objective, embedding }, index) => {
    const gap = Math.abs(objective - best.objective);
    if (!embedding || embedding === chosen || !(gap <= EQUAL_OBJECTIVES * Math.abs(best.objective))) return [];
    const moved =
      (movedMass(chosen.couplingX, embedding.couplingX) + movedMass(chosen.couplingY, embedding.couplingY)) / 2;
    if (moved < OTHER_PLAN) return [];
    matches ??= nearestColumns(projectedDistances(chosen, target));
    return [{ start: index + 1, moved, disagreement: disagreement(matches, projectedDistances(embedding, target)) }];
  });
}

/** What they mean, for people; undefined where there are none. */
export function equalOptimaNote(optima: readonly EqualOptimum[]): string | undefined {
  if (optima.length === 0) return undefined;
  const list = (of: readonly EqualOptimum[]) => of.map(({ start }) => start).join(", ");
  const others = optima.filter((optimum) => optimum.disagreement > OTHER_MATCHES);
  const same = optima.filter((optimum) => optimum.disagreement <= OTHER_MATCHES);
  const sentences = [
    "Other starts ended in equally low objectives (to 0.1%) but in other plans, as data with symmetries have them.",
    ...(same.length > 0 ? [`Start ${list(same)}: the same matches, moved or mirrored in the target as a whole.`] : []),
    ...(others.length > 0
      ? [`Start ${list(others)}: X and Y are matched differently, and the objective cannot tell which way is right.`]
      : []),
  ];
  return sentences.join(" ");
}

function projectedDistances({ couplingX, couplingY }: Pick<Embedding, "couplingX" | "couplingY">, target: Target) {
  return target.distances(target.project(couplingX), target.project(couplingY));
}

/** Mean fraction of columns nearer than the given one; one as near counts one half, as in `foscttm`. */
function disagreement(matches: Int32Array, { data, shape: [rows, columns] }: NdArray): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) {
    const match = data[row * columns + matches[row]];
    for (let column = 0; column < columns; column++) {
      const distance = data[row * columns + column];
      if (column !== matches[row]) sum += distance < match ? 1 : distance === match ? 0.5 : 0;
    }
  }
  return columns > 1 ? sum / (rows * (columns - 1)) : 0;
}

/** Half the L1 distance of two plans, as a share of their mass. */
function movedMass({ data: p }: NdArray, { data: q }: NdArray): number {
  let [moved, total] = [0, 0];
  for (let at = 0; at < p.length; at++) {
    moved += Math.abs(p[at] - q[at]);
    total += p[at] + q[at];
  }
  return moved / total;
}
