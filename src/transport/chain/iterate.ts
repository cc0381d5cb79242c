import type { SinkhornStatus } from "../sinkhorn/options.ts";
import type { CheckedChain } from "./checked.ts";
import type { ChainEngine, LinkCost } from "./engine.ts";
import type { LogState } from "./log-state.ts";
import { absorb, ratiosOf } from "./ratios.ts";

/**
 * How far ratios may go from the iterate that holds their conditionals, as a logarithm. More keeps more entries (those down to
 * exp(-37 - log n - RANGE) of their row), less forms conditionals more often.
 */
const RANGE = 12;

export interface ChainRun {
  readonly errors: number[];
  readonly status: SinkhornStatus;
}

/**
 * Iterates until the tolerance: in the log domain while one iteration goes farther than the ratios' range, and on ratios from
 * there. The state's messages are up to date at the end.
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
    errors.push(state.violation());
    if (!Number.isFinite(errors.at(-1)!)) return { errors, status: "non-finite" };
    if (errors.at(-1)! <= tolerance) return { errors, status: "converged" };
    if (moved > RANGE / 2) continue;

    for (let went = true; went && errors.length < maxIterations;) {
      const ratios = ratiosOf(chain, state, costs, engine, RANGE);
      const rule = { range: RANGE, tolerance, maxIterations: maxIterations - errors.length };
      const report = engine.iterate(ratios, rule);
      absorb(state, ratios);
      for (const error of report.errors) errors.push(error);
      if (report.ended === "converged") return { errors, status: "converged" };
      went = report.errors.length > 0;
    }
  }
  return { errors, status: "max-iterations" };
}
