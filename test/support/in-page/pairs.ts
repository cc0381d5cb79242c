import { sinkhornDivergencePairs } from "../../../src/transport/pairs/sinkhorn-divergence-pairs.ts";
import { matrix } from "./ground.ts";

/** Divergences of all pairs of histograms. */
export async function pairDivergences({
  histograms,
  cost,
  epsilon,
}: {
  readonly histograms: number[][];
  readonly cost: number[][];
  readonly epsilon: number;
}) {
  const pairs = sinkhornDivergencePairs(matrix(histograms));
  pairs.setCost(matrix(cost), { epsilon });
  const { values, clamped, unconverged } = await pairs.solve();
  pairs.dispose();
  return { engine: pairs.engine, values: [...values], clamped, unconverged };
}
