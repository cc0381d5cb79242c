import { InputError } from "../../errors.ts";
import { nativeStatus } from "../../native/loader.ts";
import { toFloat64, type NdArray } from "../../tensor/ndarray.ts";
import { checkMasses, checkTotals } from "../histograms.ts";
import { HostPairs } from "./host-pairs.ts";
import { nativePairs } from "./native-pairs.ts";
import type { PairList, PairsEngine } from "./pairs-engine.ts";
import { checkCost, checkMaxPivots, type ExactOptions, type GroundCost } from "./options.ts";

export interface EmdPairsOptions extends ExactOptions {
  /**
   * Bytes for the bases that are kept between calls: 4 (|a| + |b|) a pair, |a| and |b| the bins with mass; under a metric
   * cost 4 for each bin where a and b differ. Pairs beyond it, the last ones, start anew each time.
   * @default 2^30
   */
  readonly memory?: number;
}

export interface EmdPairsResult {
  /** Transport costs, in the order in which pairs were asked for. */
  readonly values: Float64Array;
  /** Of all pairs together. */
  readonly pivots: number;
  /** Pairs that started from the basis of an earlier call. */
  readonly warmStarts: number;
  readonly status: "converged" | "max-iterations";
}

/** Many transport problems under one cost that changes between calls. */
export interface EmdPairs {
  /** Number of pairs. */
  readonly count: number;
  /** Sets the cost [n, m] for the calls of `solve` that follow; it is copied. Throws InputError as `emd` does. */
  setCost(cost: GroundCost): void;
  /**
   * Transport costs of the pairs with these numbers, each at most once; of all by default. Takes up where the last call
   * ended for each pair. Throws InputError for numbers that are not there, and before the first cost.
   */
  solve(which?: Int32Array): EmdPairsResult;
  /** The bases that are kept, for `restore` in another process: a copy. Undefined before the first cost. */
  bases(): KeptBases | undefined;
  /**
   * Goes on from the bases of the same pairs, budget and engine, after `setCost`. False, and pairs start anew, where they do not
   * fit: other pairs, or the one cost was a metric and the other is not. Throws InputError before the first cost.
   */
  restore(kept: KeptBases): boolean;
  /** Bytes that bases take, known once there is a cost. */
  readonly basisBytes: number;
}

/** Bases of all pairs in their order: for each node in preorder which it is and where its parent stands, 65535 for no basis. */
export interface KeptBases {
  /** Whether they belong to a cost that is a metric. */
  readonly metric: boolean;
  readonly nodes: Uint16Array;
}

const DEFAULT_MEMORY = 2 ** 30;

/** The pairs i < j of so many histograms, by rows: (0, 1), (0, 2), ... */
export function allPairs(histograms: number): PairList {
  const count = (histograms * (histograms - 1)) / 2;
  const rows = new Int32Array(count);
  const columns = new Int32Array(count);
  for (let i = 0, k = 0; i < histograms; i++) {
    for (let j = i + 1; j < histograms; j++, k++) {
      rows[k] = i;
      columns[k] = j;
    }
  }
  return { rows, columns };
}

/**
 * Exact transport between rows of `left` [l, n] and rows of `right` [r, m] for a list of pairs, in parallel on the native
 * threads, whose number does not change the results. Between calls each pair's optimal spanning tree is kept: it stays
 * feasible when only the cost changes, so it is priced anew and pivoting goes on.
 *
 * Where the cost is a metric (square, zero diagonal, triangle inequality up to rounding), mass that two histograms share
 * stays in its place and only the rest is transported, which is optimal then. Throws InputError for bad masses or pairs.
 */
export function emdPairs(left: NdArray, right: NdArray, pairs: PairList, options: EmdPairsOptions = {}): EmdPairs {
  const { memory = DEFAULT_MEMORY } = options;
  if (!(memory >= 0)) throw new InputError(`memory: expected bytes >= 0, got ${memory}`);
  const maxPivots = checkMaxPivots(options);
  const first = checkHistograms(left, "left");
  const second = left === right ? first : checkHistograms(right, "right");
  checkPairs(pairs, first.totals, second.totals);
  const problem = { left: first.histograms, right: second.histograms, pairs, memory };
  const { addon } = nativeStatus();
  const engine: PairsEngine = addon ? nativePairs(addon, problem) : new HostPairs(problem);
  return new CheckedPairs(engine, pairs.rows.length, [left.shape[1], right.shape[1]], maxPivots);
}

class CheckedPairs implements EmdPairs {
  basisBytes = 0;
  private ready = false;
  private metric = false;

  constructor(
    private readonly engine: PairsEngine,
    readonly count: number,
    private readonly bins: readonly [number, number],
    private readonly maxPivots: number,
  ) {}

  setCost(cost: GroundCost): void {
    const { data, shape } = checkCost(cost);
    if (shape[0] !== this.bins[0] || shape[1] !== this.bins[1]) {
      throw new InputError(`ground cost: expected shape [${this.bins.join(", ")}], got [${shape.join(", ")}]`);
    }
    const { basisBytes, metric } = this.engine.setCost(data);
    this.basisBytes = basisBytes;
    this.metric = metric;
    this.ready = true;
  }

  bases(): KeptBases | undefined {
    return this.ready ? { metric: this.metric, nodes: this.engine.bases() } : undefined;
  }

  restore({ metric, nodes }: KeptBases): boolean {
    if (!this.ready) throw new InputError("emdPairs: no ground cost yet; call setCost first");
    return metric === this.metric && nodes.byteLength === this.basisBytes && this.engine.restore(nodes);
  }

  solve(which = Int32Array.from({ length: this.count }, (_, pair) => pair)): EmdPairsResult {
    if (!this.ready) throw new InputError("emdPairs: no ground cost yet; call setCost first");
    const seen = new Uint8Array(this.count);
    for (const pair of which) {
      if (!(pair >= 0 && pair < this.count) || seen[pair]) {
        throw new InputError(`emdPairs: expected different numbers below ${this.count}, got ${pair}`);
      }
      seen[pair] = 1;
    }
    const values = new Float64Array(which.length);
    const { pivots, warm, unconverged } = this.engine.solve(which, this.maxPivots, values);
    return { values, pivots, warmStarts: warm, status: unconverged > 0 ? "max-iterations" : "converged" };
  }
}

function checkHistograms(given: NdArray, name: string): { histograms: NdArray<Float64Array>; totals: Float64Array } {
  if (given.shape.length !== 2 || given.data.length === 0) {
    throw new InputError(`${name}: expected histograms [count, bins], got shape [${given.shape.join(", ")}]`);
  }
  const histograms = toFloat64(given);
  const [count, bins] = given.shape;
  const totals = Float64Array.from({ length: count }, (_, row) =>
    checkMasses(histograms.data.subarray(row * bins, (row + 1) * bins), bins, `${name}[${row}]`),
  );
  return { histograms, totals };
}

function checkPairs({ rows, columns }: PairList, left: Float64Array, right: Float64Array): void {
  if (rows.length !== columns.length) {
    throw new InputError(`pairs: expected as many rows as columns, got ${rows.length} and ${columns.length}`);
  }
  rows.forEach((row, pair) => {
    const column = columns[pair];
    if (!(row >= 0 && row < left.length && column >= 0 && column < right.length)) {
      throw new InputError(
        `pairs: expected rows below ${left.length} and columns below ${right.length}, got (${row}, ${column}) at ${pair}`,
      );
    }
    checkTotals(left[row], right[column]);
  });
}
