import type { PairSelection } from "../engine.ts";
import { pairAt } from "../pair-order.ts";
import { selectedPair } from "../selection.ts";

/** Turns OT(a_i, a_j) of these pairs into divergences, given OT(a_i, a_i) of all; returns how many were set to zero. */
export function subtractSelf(values: Float64Array, which: PairSelection, self: Float64Array): number {
  let clamped = 0;
  for (let k = 0; k < values.length; k++) {
    const [i, j] = pairAt(selectedPair(which, k), self.length);
    const divergence = values[k] - (self[i] + self[j]) / 2;
    if (divergence < 0) clamped++;
    values[k] = divergence < 0 ? 0 : divergence; // NaN stays
  }
  return clamped;
}
