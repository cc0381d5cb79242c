import { InputError } from "../../errors.ts";
import { joinStatistics, noPairs, type PairEngine, type PairStatistics } from "./engine.ts";
import { nativeStatus } from "../../native/loader.ts";
import { hostPairEngine } from "./host-engine.ts";
import { nativePairEngine } from "./native-engine.ts";
import { pairAt, pairCount } from "./pair-order.ts";
import {
  checkPairCost,
  resolvePairSettings,
  resolveRange,
  type PairDivergencesOptions,
  type PairSettings,
} from "./settings.ts";
import { potentialBytes, storePotentials, type StoredPotentials } from "./stored-potentials.ts";
import { supportSizes, supportsOf, type Supports } from "./supports.ts";

export interface PairDivergencesResult extends PairStatistics {
  /** Divergences of the pairs [from, to), in cost units, in the order of `pairAt`. */
  readonly divergences: Float64Array;
  /** Divergences that came out below zero, from rounding or an early stop, and were set to zero. */
  readonly clamped: number;
}

/**
 * Sinkhorn divergences between all pairs of a set of histograms under one ground cost, for a cost that moves while the
 * histograms stay: each pair goes on from its potentials of the last call, as far as the budget of memory reaches, and else
 * from those of its self problems. Solved on the supports only; zeros cost nothing.
 *
 * What the budget holds changes the time and, within the tolerance, the last digits. With `memory: 0` a result depends on
 * nothing but the arguments; with more, `potentials()` and `restore` carry the state over to another process.
 */
export class PairDivergences {
  /** Histograms, bins of each, and pairs n (n - 1) / 2. */
  readonly count: number;
  readonly bins: number;
  readonly pairs: number;
  /** Bytes that the potentials of all pairs take: 4 sum min(s_i, s_j) + 1 a pair, s the sizes of the supports. */
  readonly fullMemory: number;

  readonly #supports: Supports;
  readonly #sizes: Int32Array;
  readonly #stored: StoredPotentials;
  readonly #engine: PairEngine;
  #prepared: { readonly cost: Float64Array; readonly settings: PairSettings; readonly self: Float64Array } | undefined;

  /**
   * Histograms [count, bins], row-major, each summing to one; `memory` in bytes bounds the potentials that are kept.
   * Throws InputError for masses that are negative, not finite, or do not sum to one.
   */
  constructor(histograms: Float64Array, count: number, { memory = 2 ** 30 }: { readonly memory?: number } = {}) {
    if (!(memory >= 0)) throw new InputError(`memory: expected a number of bytes >= 0, got ${memory}`);
    this.#supports = supportsOf(histograms, count);
    this.#sizes = supportSizes(this.#supports);
    this.#stored = storePotentials(this.#supports, memory);
    const { addon } = nativeStatus();
    this.#engine = addon
      ? nativePairEngine(addon, this.#supports, this.#stored)
      : hostPairEngine(this.#supports, this.#stored);
    this.count = count;
    this.bins = this.#supports.bins;
    this.pairs = pairCount(count);
    this.fullMemory = potentialBytes(this.#supports);
  }

  /**
   * D_ij = OT(a_i, a_j) - (OT(a_i, a_i) + OT(a_j, a_j)) / 2 of the pairs [from, to), OT = <P, C> + epsilon KL(P | a b^T) at
   * its optimum, under a symmetric cost [bins, bins] with a zero diagonal. A piece of the pairs at a time lets the caller
   * save between them. Throws InputError for a bad cost, option or range.
   */
  async compute(cost: Float64Array, options: PairDivergencesOptions): Promise<PairDivergencesResult> {
    const settings = resolvePairSettings(options);
    const [from, to] = resolveRange(options, this.pairs);
    const self = this.#prepare(cost, settings);
    const divergences = new Float64Array(to - from);
    let statistics = noPairs;
    let next = from;
    const { wanted } = options;
    for (const end of this.#pieces(from, to, wanted)) {
      const [start, stop] = [next - from, end - from];
      const solved = this.#engine.solve(next, end, divergences.subarray(start, stop), wanted?.subarray(start, stop));
      statistics = joinStatistics(statistics, solved);
      next = end;
      options.onProgress?.(end - from, to - from);
      await new Promise(setImmediate);
    }
    const clamped = subtractSelf(divergences, from, self, wanted);
    return { divergences, clamped, ...statistics };
  }

  /** The potentials that are kept, for `restore` in another process: not copies. `present` marks the pairs that have some. */
  potentials(): { readonly values: Float32Array; readonly present: Uint8Array } {
    return { values: this.#stored.values, present: this.#stored.present };
  }

  /** Goes on from `potentials()` of the same histograms and budget. Throws InputError where the sizes differ. */
  restore({ values, present }: { readonly values: Float32Array; readonly present: Uint8Array }): void {
    const [numbers, pairs] = [this.#stored.values.length, this.#stored.present.length];
    if (values.length !== numbers || present.length !== pairs) {
      throw new InputError(
        `potentials: expected ${numbers} numbers of ${pairs} pairs, got ${values.length} of ${present.length}; ` +
          "use the histograms and the memory with which they were saved",
      );
    }
    this.#stored.values.set(values);
    this.#stored.present.set(present);
  }

  /** Self problems are solved once for a cost and settings, however many pieces the pairs come in. */
  #prepare(cost: Float64Array, settings: PairSettings): Float64Array {
    const last = this.#prepared;
    const same =
      last !== undefined &&
      last.settings.epsilon === settings.epsilon &&
      last.settings.tolerance === settings.tolerance &&
      last.settings.maxIterations === settings.maxIterations &&
      cost.length === last.cost.length &&
      cost.every((entry, index) => entry === last.cost[index]);
    if (same) return last.self;
    checkPairCost(cost, this.bins);
    const self = this.#engine.prepare(cost, settings);
    this.#prepared = { cost: cost.slice(), settings, self };
    return self;
  }

  /** Ends of pieces of the pairs [from, to) of about equal work. */
  *#pieces(from: number, to: number, wanted?: Uint8Array): Generator<number> {
    let entries = 0;
    let [i, j] = pairAt(from);
    for (let pair = from; pair < to; pair++) {
      if (wanted?.[pair - from] !== 0) entries += this.#sizes[i] * this.#sizes[j];
      if (++j === i) [i, j] = [i + 1, 0];
      if (entries < this.#engine.pieceEntries) continue;
      yield pair + 1;
      entries = 0;
      if (pair + 1 === to) return;
    }
    if (from < to) yield to;
  }
}

/** Turns OT(a, b) of the pairs from `from` on into divergences; returns how many were set to zero. */
function subtractSelf(values: Float64Array, from: number, self: Float64Array, wanted?: Uint8Array): number {
  let clamped = 0;
  let [i, j] = pairAt(from);
  for (let index = 0; index < values.length; index++) {
    if (wanted?.[index] !== 0) {
      const divergence = values[index] - (self[i] + self[j]) / 2;
      if (divergence < 0) clamped++;
      values[index] = Math.max(0, divergence);
    }
    if (++j === i) [i, j] = [i + 1, 0];
  }
  return clamped;
}
