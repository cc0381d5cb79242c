import type { NativeAddon } from "../../native/loader.ts";
import type { PairEngine } from "./engine.ts";
import type { StoredPotentials } from "./stored-potentials.ts";
import type { Supports } from "./supports.ts";

/** A quarter of a second of work, more or less. */
const PIECE_ENTRIES = 2 ** 28;

/**
 * Pairs in the native kernels: in float32 with values summed in float64 where max(C) <= 40 epsilon, which keeps the kernel and
 * the scalings far inside its range, and the tolerance is at least 1e-8; in float64 elsewhere.
 */
export function nativePairEngine(addon: NativeAddon, supports: Supports, stored: StoredPotentials): PairEngine {
  const plan = addon.createPairs(supports);
  return {
    pieceEntries: PIECE_ENTRIES,
    prepare(cost, { epsilon, tolerance, maxIterations }) {
      const self = new Float64Array(supports.count);
      addon.preparePairs(plan, { cost, epsilon, tolerance, maxIterations, self });
      return self;
    },
    solve(from, to, values, wanted) {
      const statistics = new Float64Array(4);
      const { pairs: storedPairs, rowStarts, values: potentials, present } = stored;
      const kept = { storedPairs, storedNumbers: potentials.length, rowStarts, potentials, present };
      addon.solvePairs(plan, { from, to, values, wanted, ...kept, statistics });
      const [iterations, mostIterations, unconverged, largestViolation] = statistics;
      return { iterations, mostIterations, unconverged, largestViolation };
    },
  };
}
