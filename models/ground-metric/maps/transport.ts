import { emdPairs } from "../../../src/transport/pairs/emd-pairs.ts";
import type { PairSolver } from "../../../src/transport/pairs/pair-solver.ts";
import { sinkhornDivergencePairs } from "../../../src/transport/pairs/sinkhorn-divergence-pairs.ts";
import type { DistanceMap } from "../distance-map.ts";
import type { Histograms } from "../histograms.ts";

/**
 * Largest error of a divergence that further iterations could take away, in units of the regularisation. Warm potentials
 * make it cheap; the native float32 kernels reach it.
 */
const TOLERANCE = 1e-7;

/** Where the entropy takes from a cost of zeros, which leaves nothing to transport. */
const NO_COST = 1;

/** Exact transport. Optimal bases are kept from one evaluation to the next as far as `memory` bytes reach. */
export function exactMap({ count, bins, data }: Histograms, memory: number): DistanceMap {
  const pairs = emdPairs({ shape: [count, bins], data }, { memory });
  return transportMap("exact transport by the network simplex", pairs, (cost) => {
    pairs.setCost({ shape: [bins, bins], data: cost });
  });
}

/**
 * Sinkhorn divergences with regularisation `epsilon` times the largest ground cost (Huizing et al. 2022, equation 5). Potentials
 * are kept from one evaluation to the next as far as `memory` bytes reach.
 */
export function sinkhornMap({ count, bins, data }: Histograms, epsilon: number, memory: number): DistanceMap {
  const pairs = sinkhornDivergencePairs({ shape: [count, bins], data }, { memory });
  return transportMap("Sinkhorn divergences", pairs, (cost) => {
    const largest = cost.reduce((most, entry) => Math.max(most, entry), 0) || NO_COST;
    pairs.setCost({ shape: [bins, bins], data: cost }, { epsilon: epsilon * largest, tolerance: TOLERANCE });
  });
}

/** A map whose values are transport costs of pairs, with what makes these values those of a cost. */
function transportMap(
  name: string,
  pairs: Pick<PairSolver<never>, "engine" | "solve" | "save" | "load" | "dispose">,
  setCost: (cost: Float64Array) => void,
): DistanceMap {
  let known: Float64Array | undefined;
  return {
    engine: `${name} (${pairs.engine})`,
    form: "distance",
    diagonal: 0,
    async evaluate(cost, { from, to, list }, values) {
      if (known !== cost) setCost(cost);
      known = cost;
      const found = await pairs.solve(list ? list.subarray(from, to) : { from, to });
      values.set(found.values, from);
      return found.clamped;
    },
    save: () => pairs.save(),
    load: (tree) => pairs.load(tree),
    dispose: () => pairs.dispose(),
  };
}
