import type { NativeAddon } from "../../../native/loader.ts";
import type { PairEngine, PairSelection } from "../engine.ts";
import { subtractSelf } from "./divergences.ts";
import type { DivergencePairsProblem, DivergenceSettings } from "./problem.ts";
import { countPresent, loadPotentials, savePotentials, storePotentials } from "./stored-potentials.ts";

/** A quarter of a second of work, more or less. */
const PIECE_ENTRIES = 2 ** 28;

/**
 * Pairs in the native kernels: in float32 with values summed in float64 where max(C) <= 40 epsilon, which keeps the kernel and
 * the scalings far inside its range, and the tolerance is at least 1e-8; in float64 elsewhere.
 */
export function nativeDivergencePairs(
  { addon, name }: { readonly addon: NativeAddon; readonly name: string },
  { supports, layout }: DivergencePairsProblem,
): PairEngine<DivergenceSettings> {
  const plan = addon.createPairs(supports);
  const self = new Float64Array(supports.count);
  const stored = storePotentials(layout);
  const { rowStarts, values: potentials, present } = stored;
  const kept = { storedPairs: present.length, storedNumbers: potentials.length, rowStarts, potentials, present };

  return {
    name,
    pieceEntries: PIECE_ENTRIES,
    keptBytes: layout.bytes,
    setCost(cost, { epsilon, tolerance, maxIterations }) {
      addon.preparePairs(plan, { cost, epsilon, tolerance, maxIterations, self });
    },
    solve(which, values) {
      const warmStarts = countPresent(present, which);
      const statistics = new Float64Array(4);
      if (which instanceof Int32Array) {
        const range = markedRange(which);
        const spread = new Float64Array(range.to - range.from);
        addon.solvePairs(plan, { ...range, values: spread, ...kept, statistics });
        which.forEach((pair, k) => (values[k] = spread[pair - range.from]));
      } else {
        addon.solvePairs(plan, { ...which, values, ...kept, statistics });
      }
      const clamped = subtractSelf(values, which, self);
      const [iterations, , unconverged, largestViolation] = statistics;
      return { iterations, warmStarts, unconverged, clamped, largestViolation };
    },
    save: () => savePotentials(stored),
    load: (tree) => loadPotentials(stored, tree),
  };
}

/** The range that a list of pairs lies in, with a mark for each that is in the list. */
function markedRange(list: Int32Array): Exclude<PairSelection, Int32Array> & { readonly wanted: Uint8Array } {
  let [from, to] = [Infinity, 0];
  for (const pair of list) [from, to] = [Math.min(from, pair), Math.max(to, pair + 1)];
  const wanted = new Uint8Array(to - from);
  for (const pair of list) wanted[pair - from] = 1;
  return { from, to, wanted };
}
