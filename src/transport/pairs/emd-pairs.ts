import { InputError } from "../../errors.ts";
import type { ArrayInput } from "../../tensor/inputs.ts";
import { float64Of } from "../../tensor/ndarray.ts";
import { checkMaxPivots, type ExactOptions } from "../exact/options.ts";
import { checkTotals } from "../histograms.ts";
import { chooseEmdPairs } from "./choose.ts";
import { scaledEmdPairs } from "./emd/scaled-engine.ts";
import { checkMemory, histogramRows, supportSizesOf, type HistogramRows, type PairsOptions } from "./histograms.ts";
import { allPairs, type PairList } from "./pair-order.ts";
import { pairSolver, type PairSolver } from "./pair-solver.ts";

/** `memory` holds bases: 4 (|a| + |b|) bytes a pair, |a| and |b| the bins with mass; under a metric cost 4 for each bin where a and b differ. */
export interface EmdPairsOptions extends PairsOptions {
  /** The second side [r, m]. @default the histograms themselves */
  readonly right?: ArrayInput;
  /** Rows of the first side with rows of the second. @default all pairs i < j of the histograms, where there is no `right` */
  readonly pairs?: PairList;
}

export type EmdPairs = PairSolver<ExactOptions>;

/**
 * Exact transport between pairs of histograms [l, n], in parallel on the native threads. Between calls each pair's optimal
 * spanning tree is kept: it stays feasible when only the cost changes, so it is priced anew and pivoting goes on. Masses and
 * costs are those of `emd`; a pair's two totals must be equal.
 *
 * Where the cost is a metric (square, zero diagonal, triangle inequality up to rounding), mass that two histograms share
 * stays in its place and only the rest is transported, which is optimal then. Throws InputError for bad masses or pairs.
 */
export function emdPairs(histograms: ArrayInput, options: EmdPairsOptions = {}): EmdPairs {
  const memory = checkMemory(options);
  const left = histogramRows(histograms, options.right ? "left" : "histograms");
  const right = options.right ? histogramRows(options.right, "right") : left;
  if (options.right && !options.pairs) {
    throw new InputError("pairs: expected { rows, columns }, which histograms of the two sides go together, got none");
  }
  const pairs = options.pairs ? checkedPairs(options.pairs, left, right) : allPairs(left.count);
  checkPairTotals(pairs, left, right);
  const sizes = [supportSizesOf(left), supportSizesOf(right)] as const;
  return pairSolver({
    name: "emdPairs",
    count: pairs.rows.length,
    bins: [left.bins, right.bins],
    engine: scaledEmdPairs(chooseEmdPairs({ left, right, pairs, memory })),
    workOf: (pair) => sizes[0][pairs.rows[pair]] * sizes[1][pairs.columns[pair]],
    resolve: (given: ExactOptions = {}) => ({ maxPivots: checkMaxPivots(given) }),
  });
}

function checkedPairs({ rows, columns }: PairList, left: HistogramRows, right: HistogramRows): PairList {
  if (rows.length !== columns.length) {
    throw new InputError(`pairs: expected as many rows as columns, got ${rows.length} and ${columns.length}`);
  }
  return { rows: indices(rows, left.count, "rows"), columns: indices(columns, right.count, "columns") };
}

function indices(given: ArrayLike<number>, below: number, name: string): Int32Array {
  const values = given instanceof Int32Array ? given : float64Of(given, `pairs.${name}`);
  const bad = values.findIndex((value) => !(Number.isInteger(value) && value >= 0 && value < below));
  if (bad >= 0) throw new InputError(`pairs: expected ${name} below ${below}, got ${values[bad]} at ${bad}`);
  return Int32Array.from(values);
}

function checkPairTotals({ rows, columns }: PairList, left: HistogramRows, right: HistogramRows): void {
  for (let pair = 0; pair < rows.length; pair++) checkTotals(left.totals[rows[pair]], right.totals[columns[pair]]);
}
