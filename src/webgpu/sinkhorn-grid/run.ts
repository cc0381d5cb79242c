import type * as tf from "@tensorflow/tfjs-core";
import type { PassAxis } from "../axis-pass.ts";
import { SUMMARY_WORDS } from "./products.ts";

/** What is asked of a batch of pairs on one grid; `SinkhornProblem` of the native kernels, for a device. */
export interface GridRun {
  /** At most. */
  readonly iterations: number;
  /** Iterations from one stopping test to the next; 0 for none. */
  readonly checkEvery: number;
  readonly tolerance: number;
  readonly momentum: number;
  readonly domain: "auto" | "log" | "scaling";
  /** KL potentials, fKL from one more half step, instead of potentials with the masses' part. */
  readonly isKl: boolean;
  /** The one potential of (a, a). */
  readonly isSymmetric: boolean;
  /** Of the marginals, in cost units. */
  readonly rho?: { readonly a: number; readonly b: number } | undefined;
}

/** The grid and the strength of the entropy, in cost units. */
export interface GridProblem {
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly epsilon: number;
}

export interface GridInputs {
  /** [..., points], both; of a symmetric problem the same. */
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
  /** g [..., points] in cost units; without it gKL = 0. */
  readonly start: tf.Tensor | undefined;
}

/** What became of the pairs up to the end of a submission. */
export interface GridRound {
  /** Of the pair with most so far. */
  readonly iterations: number;
  /** The worst of those that have ended: 0 converged, 1 at the most iterations, 2 not finite. */
  readonly status: number;
  readonly isLog: boolean;
  /** Pairs that have not ended. */
  readonly running: number;
  /** The largest of the batch at each test. */
  readonly errors: readonly number[];
}

/** A batch on its way, held on the device. */
export interface GridSolve {
  /** Records as many iterations as one submission may take; returns those done after them. */
  advance(): number;
  /** Of the first submission that has not been read; submits. */
  read(): Promise<GridRound>;
  /** f, and g unless the problem is symmetric; the rest is freed, what has not been read too. */
  finish(): { readonly f: tf.Tensor; readonly g: tf.Tensor | undefined };
}

/** 4-byte words of uniforms; those that are not integers are floats. */
export function wordsOf(numbers: readonly (number | { readonly float: number })[]): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(numbers.length);
  const floats = new Float32Array(words.buffer);
  numbers.forEach((number, at) => {
    if (typeof number === "number") words[at] = number;
    else floats[at] = number.float;
  });
  return words;
}

/** Multiplications of K applied to one grid. */
export function multiplications(axes: readonly PassAxis[]): number {
  const points = axes.reduce((product, { extent }) => product * extent, 1);
  return axes.reduce((sum, { extent, radius }) => sum + points * Math.min(extent, 2 * radius + 1), 0);
}

/** Multiplications of a submission: some 50 ms at a tenth of 1 TFLOP/s. */
export const MOST_MULTIPLICATIONS = 2 ** 32;
/** Tests that one summary holds. */
const MOST_TESTS = 1024;

/** Iterations of a submission, of so many multiplications each; a multiple of `checkEvery` if there are tests. */
export function iterationsAtOnce(
  { checkEvery, iterations }: Pick<GridRun, "checkEvery" | "iterations">,
  multiplicationsEach: number,
  multiplicationsAtOnce = MOST_MULTIPLICATIONS,
): number {
  const most = Math.max(1, Math.floor(multiplicationsAtOnce / multiplicationsEach));
  if (checkEvery === 0) return Math.min(most, iterations);
  return Math.min(MOST_TESTS, Math.max(1, Math.floor(most / checkEvery))) * checkEvery;
}

/** Reads the summaries of all parts of a batch, and frees them. */
export async function joinRounds(parts: tf.Tensor[]): Promise<GridRound> {
  const summaries = await Promise.all(parts.map((summary) => summary.data<"int32">()));
  parts.forEach((summary) => summary.dispose());
  const most = (word: number): number => Math.max(0, ...summaries.map((summary) => summary[word]));
  const errors = summaries.map((summary) => new Float32Array(summary.slice(SUMMARY_WORDS).buffer));
  const largest = (test: number): number => errors.reduce((error, part) => Math.max(error, part[test]), 0);
  return {
    iterations: most(0),
    status: most(1),
    isLog: most(2) > 0,
    running: summaries.reduce((sum, summary) => sum + summary[3], 0),
    errors: Array.from(errors[0] ?? [], (_, test) => largest(test)),
  };
}

/** What kernels need of penalties. */
export function penaltyOf(rho: GridRun["rho"], epsilon: number) {
  const [a, b] = rho ? [rho.a, rho.b] : [Infinity, Infinity];
  const tau = (value: number): number => (value === Infinity ? 1 : value / (value + epsilon));
  const share = [epsilon / a, epsilon / b];
  return {
    any: rho !== undefined,
    tau: [tau(a), tau(b)],
    share,
    /** Times 1 / (epsilon log 2), the unit of lambda. */
    harmonic: rho ? 1 / (1 / a + 1 / b) / (epsilon * Math.LN2) : 0,
    // Of small penalties exponents could leave float32 but for the lambda at hand; of large ones they would lose their digits to it.
    isCentred: Math.max(...share) > 0.01,
  };
}
