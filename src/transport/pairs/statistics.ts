import type { PairStatistics } from "./engine.ts";

export const noPairs: PairStatistics = {
  iterations: 0,
  warmStarts: 0,
  unconverged: 0,
  clamped: 0,
  largestViolation: 0,
};

export function joinStatistics(a: PairStatistics, b: PairStatistics): PairStatistics {
  return {
    iterations: a.iterations + b.iterations,
    warmStarts: a.warmStarts + b.warmStarts,
    unconverged: a.unconverged + b.unconverged,
    clamped: a.clamped + b.clamped,
    largestViolation: Math.max(a.largestViolation, b.largestViolation),
  };
}
