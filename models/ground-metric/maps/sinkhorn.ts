import { expectArray } from "../../../checkpoints/leaves.ts";
import { PairDivergences } from "../../../src/transport/pairs/pair-divergences.ts";
import type { DistanceMap, PairSlice } from "../distance-map.ts";
import { pairNumber } from "../half-iteration.ts";
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
      const range = rangeOf(slice);
      const found = await divergences.compute(cost, { epsilon: strength, tolerance: TOLERANCE, ...range });
      for (let position = slice.from; position < slice.to; position++) {
        values[position] = found.divergences[pairNumber(slice.list, position) - range.from];
      }
      return found.clamped;
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

/** The pairs of a slice: all of a range, or the marked ones of it. */
function rangeOf({ from, to, list }: PairSlice): { from: number; to: number; wanted?: Uint8Array } {
  if (!list) return { from, to };
  const first = list[from];
  const wanted = new Uint8Array(list[to - 1] + 1 - first);
  for (let position = from; position < to; position++) wanted[list[position] - first] = 1;
  return { from: first, to: first + wanted.length, wanted };
}
