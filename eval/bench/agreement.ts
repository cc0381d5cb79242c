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

/** What tells apart the works of a program, where a line has it. */
const SETTINGS = ["kernel", "size", "dimension", "epsilon", "rho", "p", "masses", "transposes", "step"];

/** Whether two lines, of ours and of a peer or of costs, are of one work: what both say of it is equal. */
export function isSameWork(one: Line, other: Line): boolean {
  const common = SETTINGS.filter((name) => one[name] !== undefined && other[name] !== undefined);
  return one.work === other.work && common.every((name) => one[name] === other[name]);
}

interface Line {
  readonly work: string;
  readonly [key: string]: number | string | undefined;
}

function relativeDifference(a: number, b: number): number {
  const difference = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b), Number.MIN_VALUE);
  return Number.isNaN(difference) ? Infinity : difference;
}
