import { pairCount } from "../../src/transport/pairs/pair-order.ts";
import type { Random } from "../../src/tensor/random.ts";
import type { SideName } from "./sides.ts";

/** One matrix on its way to the next: the map of one side at pairs that were chosen at its start. */
export interface Half {
  readonly side: SideName;
  /** Pair numbers in ascending order; undefined: all pairs. */
  readonly list?: Int32Array;
  /** F(B) with its regulariser at the positions of `list`; known up to `done`, filled in place. */
  readonly values: Float64Array;
  readonly done: number;
}

/** Starts an evaluation, of all pairs or of a random share of them, without replacement. */
export function beginHalf(side: SideName, count: number, share: number, random: Random): Half {
  const pairs = pairCount(count);
  const wanted = Math.max(1, Math.round(share * pairs));
  if (wanted >= pairs) return { side, values: new Float64Array(pairs), done: 0 };
  return { side, list: sample(pairs, wanted, random), values: new Float64Array(wanted), done: 0 };
}

/** The pair number at a position of an evaluation. */
export function pairNumber(list: Int32Array | undefined, position: number): number {
  return list ? list[position] : position;
}

/** `wanted` of the numbers below `pairs`, ascending: each is taken with the chance that the rest needs (Knuth's S). */
function sample(pairs: number, wanted: number, random: Random): Int32Array {
  const list = new Int32Array(wanted);
  for (let pair = 0, taken = 0; taken < wanted; pair++) {
    if (random.uniform() * (pairs - pair) < wanted - taken) list[taken++] = pair;
  }
  return list;
}
