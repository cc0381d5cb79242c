import { ITERATIONS_PER_LAUNCH, MOST_PAIR_ENTRIES } from "./iterate.ts";
import { mostPanelBytes } from "./panels.ts";

/** Averaged updates that a self problem takes, more or less. */
const SELF_ITERATIONS = 16;

export interface PairsEstimate {
  readonly launches: number;
  /** Of the device's memory, as if its caches held a launch's panels. */
  readonly bytes: number;
  /** Additions and multiplications. */
  readonly operations: number;
}

/**
 * What a new cost and all pairs of histograms under it take, with supports of these sizes and so many iterations a pair: see
 * `webgpuDivergencePairs` for the formulas.
 */
export function divergencePairsEstimate(sizes: ArrayLike<number>, bins: number, iterations: number): PairsEstimate {
  let [entries, potentials, columns, self] = [0, 0, 0, 0];
  for (let i = 0; i < sizes.length; i++) {
    columns += sizes[i];
    self += sizes[i] ** 2;
    for (let j = i + 1; j < sizes.length; j++) {
      entries += sizes[i] * sizes[j];
      potentials += Math.min(sizes[i], sizes[j]);
    }
  }
  const panelBytes = 4 * bins * columns;
  const panels = Math.ceil(panelBytes / mostPanelBytes());
  const pieces = Math.ceil(entries / MOST_PAIR_ENTRIES);
  const rounds = Math.ceil(iterations / ITERATIONS_PER_LAUNCH);
  return {
    launches: 2 * panels + 2 * rounds * (panels + pieces - 1),
    bytes: (1 + rounds) * 2 * panelBytes + rounds * 8 * potentials,
    operations: 4 * iterations * entries + 2 * SELF_ITERATIONS * self,
  };
}
