import type { PairEngine, PairStatistics } from "../engine.ts";
import { pairAt } from "../pair-order.ts";
import { selectedPair } from "../selection.ts";
import { joinStatistics, noPairs } from "../statistics.ts";
import { subtractSelf } from "./divergences.ts";
import { HostPair, type Support } from "./host-pair.ts";
import { solveSelf } from "./host-self.ts";
import type { DivergencePairsProblem, DivergenceSettings } from "./problem.ts";
import { loadPotentials, potentialPlaces, savePotentials, storePotentials } from "./stored-potentials.ts";

/** About a tenth of a second of work. */
const PIECE_ENTRIES = 2 ** 21;

/** Pairs in float64 in plain TypeScript, where there is no native addon. */
export function hostDivergencePairs({
  supports,
  sizes,
  layout,
}: DivergencePairsProblem): PairEngine<DivergenceSettings> {
  const { count, bins, starts } = supports;
  const stored = storePotentials(layout);
  const histograms = Array.from({ length: count }, (_, i): Support => {
    const masses = supports.masses.subarray(starts[i], starts[i + 1]);
    return { masses, indices: supports.indices.subarray(starts[i], starts[i + 1]), logMasses: masses.map(Math.log) };
  });
  let cost = new Float64Array();
  let settings: DivergenceSettings;
  let self = new Float64Array();
  let selfPotentials: Float64Array[] = [];

  /** OT(a_i, a_j) */
  function solvePair(pair: number, place: number | undefined): { value: number; statistics: PairStatistics } {
    const [i, j] = pairAt(pair, count);
    const [rows, columns] = sizes[j] <= sizes[i] ? [j, i] : [i, j]; // the smaller support first
    const { epsilon, tolerance, maxIterations } = settings;
    const kept = place === undefined ? undefined : stored.values.subarray(place, place + sizes[rows]);
    const isWarm = kept !== undefined && stored.present[pair] === 1;
    const problem = new HostPair(cost, bins, epsilon, histograms[rows], histograms[columns]);
    const start = isWarm ? kept : selfPotentials[rows];
    const { value, potential, iterations, violation, converged } = problem.solve(start, tolerance, maxIterations);
    if (kept) {
      kept.set(potential);
      stored.present[pair] = 1;
    }
    const counts = { iterations, warmStarts: isWarm ? 1 : 0, unconverged: converged ? 0 : 1 };
    return { value: epsilon * value, statistics: { ...noPairs, ...counts, largestViolation: violation } };
  }

  return {
    name: "TypeScript, float64",
    pieceEntries: PIECE_ENTRIES,
    keptBytes: layout.bytes,
    setCost(nextCost, nextSettings) {
      cost = nextCost.slice();
      settings = nextSettings;
      const solved = histograms.map((histogram) => solveSelf(cost, bins, settings.epsilon, histogram));
      selfPotentials = solved.map(({ potential }) => potential);
      self = Float64Array.from(solved, ({ value }) => settings.epsilon * value);
    },
    solve(which, values) {
      let all = noPairs;
      let k = 0;
      for (const place of potentialPlaces(stored, sizes, which)) {
        const { value, statistics } = solvePair(selectedPair(which, k), place);
        values[k++] = value;
        all = joinStatistics(all, statistics);
      }
      return { ...all, clamped: subtractSelf(values, which, self) };
    },
    save: () => savePotentials(stored),
    load: (tree) => loadPotentials(stored, tree),
  };
}
