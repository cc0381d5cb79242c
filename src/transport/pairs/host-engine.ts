import { joinStatistics, noPairs, type PairEngine, type PairStatistics } from "./engine.ts";
import { HostPair, type Support } from "./host-pair.ts";
import { solveSelf } from "./host-self.ts";
import { pairAt } from "./pair-order.ts";
import type { PairSettings } from "./settings.ts";
import { storedPotential, type StoredPotentials } from "./stored-potentials.ts";
import { supportSizes, type Supports } from "./supports.ts";

/** About a tenth of a second of work. */
const PIECE_ENTRIES = 2 ** 21;

/** Pairs in float64 in plain TypeScript, where there is no native addon. */
export function hostPairEngine(supports: Supports, stored: StoredPotentials): PairEngine {
  const { count, bins, starts } = supports;
  const sizes = supportSizes(supports);
  const histograms = Array.from({ length: count }, (_, i): Support => {
    const masses = supports.masses.subarray(starts[i], starts[i + 1]);
    return { masses, indices: supports.indices.subarray(starts[i], starts[i + 1]), logMasses: masses.map(Math.log) };
  });
  let cost = new Float64Array(0);
  let settings: PairSettings;
  let selfPotentials: Float64Array[] = [];

  function solvePair(pair: number): { value: number } & PairStatistics {
    const [i, j] = pairAt(pair);
    const [rows, columns] = sizes[j] <= sizes[i] ? [j, i] : [i, j]; // the smaller support first
    const { epsilon, tolerance, maxIterations } = settings;
    const kept = storedPotential(stored, sizes, pair);
    const start = kept && stored.present[pair] ? kept : selfPotentials[rows];
    const problem = new HostPair(cost, bins, epsilon, histograms[rows], histograms[columns]);
    const { value, potential, iterations, violation, converged } = problem.solve(start, tolerance, maxIterations);
    if (kept) {
      kept.set(potential);
      stored.present[pair] = 1;
    }
    return {
      value: epsilon * value,
      iterations,
      mostIterations: iterations,
      unconverged: converged ? 0 : 1,
      largestViolation: violation,
    };
  }

  return {
    pieceEntries: PIECE_ENTRIES,
    prepare(nextCost, nextSettings) {
      cost = nextCost.slice();
      settings = nextSettings;
      const solved = histograms.map((histogram) => solveSelf(cost, bins, settings.epsilon, histogram));
      selfPotentials = solved.map(({ potential }) => potential);
      return Float64Array.from(solved, ({ value }) => settings.epsilon * value);
    },
    solve(from, to, values, wanted) {
      let all = noPairs;
      for (let index = 0; index < to - from; index++) {
        if (wanted?.[index] === 0) continue;
        const { value, ...statistics } = solvePair(from + index);
        values[index] = value;
        all = joinStatistics(all, statistics);
      }
      return all;
    },
  };
}
