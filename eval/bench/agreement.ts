import type { BenchResult } from "./timing.ts";

/** Results by which equal work is known, where both sides print them. */
const CHECKS = ["check", "loss", "norm_alpha", "norm_beta", "sum", "max", "value"];

/** Of float32 sums in another order; other work differs by far more. */
const TOLERANCE = 2e-3;

/** Whether two programs did the same work. */
export interface Agreement {
  readonly agree: boolean;
  /** Largest relative difference of a value that both print. */
  readonly difference: number;
  /** The names of these values. */
  readonly checks: string;
}

/** Compares what ours and its peer print besides seconds; with nothing to compare they do not agree. */
export function agreementOf(ours: BenchResult, peer: BenchResult): Agreement {
  const common = CHECKS.filter((name) => name in ours && name in peer);
  const differences = common.map((name) => relativeDifference(Number(ours[name]), Number(peer[name])));
  const difference = common.length === 0 ? Infinity : Math.max(...differences);
  return { agree: difference <= TOLERANCE, difference, checks: common.join(", ") };
}

function relativeDifference(a: number, b: number): number {
  const difference = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), Number.MIN_VALUE);
  return Number.isNaN(difference) ? Infinity : difference;
}
