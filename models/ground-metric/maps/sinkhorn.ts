import { expectArray } from "../../../checkpoints/leaves.ts";
import { PairDivergences } from "../../../src/transport/pairs/pair-divergences.ts";
import type { DistanceMap, PairSlice } from "../distance-map.ts";
import type { Histograms } from "../histograms.ts";

/**
 * Largest error of a divergence that further iterations could take away, in units of the regularisation. Warm potentials
 * make it cheap; the native float32 kernels reach it.
 */
const TOLERANCE = 1e-7;

/** Where the entropy takes from a cost of zeros, which leaves nothing to transport. */
const NO_COST = 1;

/**
 * Sinkhorn divergences with regularisation `epsilon` times the largest ground cost (Huizing et al. 2022, equation 5). Potentials
 * are kept from one evaluation to the next as far as `memory` bytes reach.
 */
export function sinkhornMap({ count, data }: Histograms, epsilon: number, memory: number): DistanceMap {
  const divergences = new PairDivergences(data, count, { memory });
  let known: { readonly cost: Float64Array; readonly largest: number } | undefined;

  return {
    engine: "Sinkhorn divergences",
    form: "distance",
    diagonal: 0,

    async evaluate(cost, slice, values) {
      if (known?.cost !== cost) known = { cost, largest: cost.reduce((most, entry) => Math.max(most, entry), 0) };
      const strength = epsilon * (known.largest || NO_COST);
      let clamped = 0;
      for (const { from, to, position } of runsOf(slice)) {
        const found = await divergences.compute(cost, { epsilon: strength, tolerance: TOLERANCE, from, to });
        values.set(found.divergences, position);
        clamped += found.clamped;
      }
      return clamped;
    },

    save() {
      const { values, present } = divergences.potentials();
      return { values: { shape: [values.length], data: values }, present: { shape: [present.length], data: present } };
    },

    load(tree) {
      const { data: values } = expectArray(tree, "values", [null], Float32Array);
      const { data: present } = expectArray(tree, "present", [null], Uint8Array);
      divergences.restore({ values, present });
    },
  };
}

/** Consecutive pair numbers [from, to) of a slice, and the position of the first. */
function* runsOf({ from, to, list }: PairSlice): Generator<{ from: number; to: number; position: number }> {
  if (!list) return yield { from, to, position: from };
  for (let position = from; position < to;) {
    let end = position + 1;
    while (end < to && list[end] === list[end - 1] + 1) end++;
    yield { from: list[position], to: list[end - 1] + 1, position };
    position = end;
  }
}
