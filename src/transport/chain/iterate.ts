import type { SinkhornStatus } from "../sinkhorn/options.ts";
import type { CheckedChain } from "./checked.ts";
import type { ChainEngine, LinkCost } from "./engine.ts";
import type { LogState } from "./log-state.ts";
import { absorb, ratiosOf } from "./ratios.ts";

/**
 * How far ratios may go from the iterate whose matrices are kept, as a logarithm. More keeps more entries (those down to
 * exp(-37 - RANGE) / n of their row), less forms matrices more often.
 */
const RANGE = 12;
/** Matrices and messages cost about as much as so many iterations in the log domain, and should serve for more. */
const WORTH = 3;

export interface ChainRun {
  readonly errors: number[];
  readonly status: SinkhornStatus;
}

/**
 * Iterates until the tolerance: in the log domain while one iteration goes far, and on ratios from there. The state's messages are
 * up to date at the end.
 */
export function iterateChain(
  chain: CheckedChain,
  state: LogState,
  costs: readonly LinkCost[],
  engine: ChainEngine,
): ChainRun {
  const { tolerance, maxIterations } = chain;
  const errors: number[] = [];
  state.passToLeft();
  while (errors.length < maxIterations) {
    const moved = state.iterate();
    const error = state.violation();
    errors.push(error);
    if (!Number.isFinite(error)) return { errors, status: "non-finite" };
    if (error <= tolerance) return { errors, status: "converged" };
    for (let isNear = moved <= RANGE / WORTH; isNear && errors.length < maxIterations;) {
      const ratios = ratiosOf(chain, state, RANGE);
      if (!ratios) break;
      const rule = { range: RANGE, tolerance, maxIterations: maxIterations - errors.length };
      const report = engine.iterate(costs, ratios.terms, ratios.chain, rule);
      for (let index = 0; index < report.errors.length; index++) errors.push(report.errors[index]);
      if (report.errors.length > 0) absorb(state, ratios.chain);
      isNear = report.errors.length >= WORTH;
      if (report.ended === "converged") return { errors, status: "converged" };
    }
  }
  return { errors, status: "max-iterations" };
}
