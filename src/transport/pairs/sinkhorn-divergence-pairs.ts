import type { ArrayInput } from "../../tensor/inputs.ts";
import { chooseDivergencePairs } from "./choose.ts";
import { checkMemory, histogramRows, type PairsOptions } from "./histograms.ts";
import { pairAt, pairCount } from "./pair-order.ts";
import { pairSolver, type PairSolver } from "./pair-solver.ts";
import { resolveDivergenceSettings, type DivergencePairsSettings } from "./sinkhorn/settings.ts";
import { potentialLayout } from "./sinkhorn/stored-potentials.ts";
import { supportSizes, supportsOf } from "./sinkhorn/supports.ts";

export type SinkhornDivergencePairs = PairSolver<DivergencePairsSettings>;

/**
 * Sinkhorn divergences between all pairs i < j of histograms [count, bins], each summing to one:
 * D_ij = OT(a_i, a_j) - (OT(a_i, a_i) + OT(a_j, a_j)) / 2, OT = <P, C> + epsilon KL(P | a b^T) at its optimum, under a symmetric
 * cost [bins, bins] with a zero diagonal. Each pair goes on from its potentials of the last call, and else from those of its
 * self problems. Solved on the supports only; zeros cost nothing.
 *
 * `memory` holds potentials: 4 min(s_i, s_j) + 1 bytes a pair, s the sizes of the supports. With `memory: 0` a result depends on
 * nothing but the arguments. Throws InputError for masses that are negative, not finite, or do not sum to one.
 */
export function sinkhornDivergencePairs(histograms: ArrayInput, options: PairsOptions = {}): SinkhornDivergencePairs {
  const memory = checkMemory(options);
  const supports = supportsOf(histogramRows(histograms, "histograms"));
  const { count, bins } = supports;
  const sizes = supportSizes(supports);
  return pairSolver({
    name: "sinkhornDivergencePairs",
    count: pairCount(count),
    bins: [bins, bins],
    engine: chooseDivergencePairs({ supports, sizes, layout: potentialLayout(sizes, memory) }),
    workOf(pair) {
      const [i, j] = pairAt(pair, count);
      return sizes[i] * sizes[j];
    },
    resolve: resolveDivergenceSettings,
  });
}
