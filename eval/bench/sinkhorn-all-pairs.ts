import { sinkhornDivergencePairs } from "../../src/transport/pairs/sinkhorn-divergence-pairs.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { best, type BenchResult } from "./timing.ts";
import { l1Distances, scaled, torusHistograms } from "./torus-pairs.ts";
import { numberOption } from "../../src/options.ts";
import { defineWork } from "./work.ts";

export const sinkhornAllPairsWork = defineWork({
  description: "Sinkhorn divergences between all pairs of samples, under a cost and under one that moved a little.",
  options: {
    samples: numberOption({ description: "histograms", default: 100, least: 2, integer: true }),
    features: numberOption({ description: "bins of each", default: 80, least: 2, integer: true }),
    epsilon: numberOption({ description: "entropic regularisation, times the largest cost", default: 0.05, above: 0 }),
    stop: numberOption({ description: "the peer's own stopping threshold (POT's default)", default: 1e-9, above: 0 }),
  },
  peer: "sinkhorn_all_pairs.py",
  async prepare({ stop, repeat, ...sizes }) {
    const peerSizes = Object.entries({ ...sizes, stop }).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    return { ours: () => sinkhornAllPairs({ ...sizes, repeat }), peerArguments: peerSizes };
  },
});

interface SinkhornAllPairsSettings {
  readonly samples: number;
  readonly features: number;
  /** Times the largest cost, which is one. */
  readonly epsilon: number;
  readonly repeat: number;
}

/** How far the cost moves from one call to the next: entries are raised to this power, which leaves the largest at one. */
const NEXT_COST_POWER = 1.05;

/**
 * Sinkhorn divergences between all pairs of samples of the torus data, as two iterations of a power method: under a first
 * cost, from nothing, and under one that has moved a little, from what the first left. Two results.
 */
async function sinkhornAllPairs(settings: SinkhornAllPairsSettings): Promise<BenchResult[]> {
  const { samples, features, epsilon, repeat } = settings;
  const { rows, columns } = torusHistograms(samples, features);
  const { data, shape } = scaled(l1Distances(columns));
  const costs = [data, data.map((entry) => entry ** NEXT_COST_POWER)].map((cost) => ndarray(cost, shape));
  const work = "sinkhorn_all_pairs";
  const results: BenchResult[] = [];
  for (const [step, ground] of costs.entries()) {
    const { timing, value } = await best(
      repeat,
      async (pairs) => {
        pairs.setCost(ground, { epsilon });
        return { ...(await pairs.solve()), dtype: pairs.engine };
      },
      async () => {
        const pairs = sinkhornDivergencePairs(rows);
        for (const before of costs.slice(0, step)) {
          pairs.setCost(before, { epsilon });
          await pairs.solve();
        }
        return pairs;
      },
    );
    const sum = 2 * value.values.reduce((total, divergence) => total + divergence, 0);
    const max = value.values.reduce((most, divergence) => Math.max(most, divergence), 0);
    results.push({ work, samples, features, epsilon, step: step + 1, dtype: value.dtype, sum, max, ...timing });
  }
  return results;
}
