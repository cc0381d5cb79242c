import { InputError } from "../../errors.ts";
import type { StateTree } from "../../tensor/tree.ts";
import { checkCost, type CheckedCost, type GroundCost } from "../ground-cost.ts";
import type { PairEngine, PairSelection, PairStatistics } from "./engine.ts";
import { checkSelection, partOf, piecesOf, sizeOfSelection } from "./selection.ts";
import { joinStatistics, noPairs } from "./statistics.ts";

export interface PairsResult extends PairStatistics {
  /** Values in cost units, in the order of the pairs that were asked for. */
  readonly values: Float64Array;
  /** Whether all pairs ended before the limit of iterations. */
  readonly status: "converged" | "max-iterations";
}

export interface SolveOptions {
  /** Called between pieces of about a quarter of a second with the pairs that are done, and how many there will be. */
  readonly onProgress?: (done: number, of: number) => void;
}

/** The settings of a solver, which may be left out where all of them have defaults. */
type SettingsOf<Settings> = Partial<Settings> extends Settings ? [settings?: Settings] : [settings: Settings];

/**
 * Transport between pairs of histograms that stay, under a ground cost that changes between calls: `emdPairs` and
 * `sinkhornDivergencePairs` make one. Each pair goes on from its own last solution, as far as the budget of memory reaches.
 * What the budget holds changes the time and, within rounding or the tolerance, the last digits; not the number of threads.
 */
export interface PairSolver<Settings> {
  /** Number of pairs. */
  readonly count: number;
  /** What computes: "native, avx2, 2 threads". */
  readonly engine: string;
  /** Bytes that are kept between calls, within the budget; may be known only once there is a cost. */
  readonly keptBytes: number;
  /** Sets the cost and how to solve under it, for the calls of `solve` that follow; it is copied. Throws InputError. */
  setCost(cost: GroundCost, ...settings: SettingsOf<Settings>): void;
  /**
   * The values of a range of the pairs, or of a list of their numbers, each once. One call at a time.
   * Throws InputError for numbers that are not there, before the first cost, and where a value is beyond float64.
   *
   * @param which @default all pairs
   */
  solve(which?: PairSelection, options?: SolveOptions): Promise<PairsResult>;
  /**
   * What is kept for warm starts, as plain data, to be written or copied before the next `solve`. With `load` in another process
   * the values go on bit for bit.
   */
  save(): Promise<StateTree>;
  /**
   * Goes on from what `save` gave for the same histograms, pairs and memory. Pairs start anew where it belongs to the other
   * engine (native, TypeScript, webgpu) or kind of cost. Throws InputError, here or in the next `setCost`, where it fits no such pairs.
   */
  load(kept: StateTree): void;
  /** Frees what a device holds of it, where one computes. Nothing is called after it. */
  dispose(): void;
}

/** What a kind of transport brings. */
interface PairSolverParts<Given, Settings> {
  /** Name of the function, for messages. */
  readonly name: string;
  readonly count: number;
  /** Bins of the two sides. */
  readonly bins: readonly [left: number, right: number];
  readonly engine: PairEngine<Settings>;
  /** Product of the support sizes of a pair. */
  readonly workOf: (pair: number) => number;
  /** Fills in defaults. Throws InputError for a setting outside its range, or a cost that this transport does not take. */
  readonly resolve: (given: Given | undefined, cost: CheckedCost) => Settings;
}

export function pairSolver<Given, Settings>(parts: PairSolverParts<Given, Settings>): PairSolver<Given> {
  const { name, count, bins, engine, workOf, resolve } = parts;
  let ready = false;
  let solving = false;

  /** Between pieces, signals and timers have their turn. */
  async function solveInPieces(which: PairSelection, values: Float64Array, { onProgress }: SolveOptions) {
    let statistics = noPairs;
    let start = 0;
    for (const end of piecesOf(which, workOf, engine.pieceEntries)) {
      if (start > 0) await nextTurn();
      statistics = joinStatistics(
        statistics,
        await engine.solve(partOf(which, start, end), values.subarray(start, end)),
      );
      onProgress?.(end, values.length);
      start = end;
    }
    return statistics;
  }

  return {
    count,
    engine: engine.name,
    get keptBytes() {
      return engine.keptBytes;
    },
    setCost(cost, ...[given]) {
      const checked = checkCost(cost);
      if (checked.shape[0] !== bins[0] || checked.shape[1] !== bins[1]) {
        throw new InputError(`ground cost: expected shape [${bins.join(", ")}], got [${checked.shape.join(", ")}]`);
      }
      const settings = resolve(given, checked);
      if (solving) throw new InputError(`${name}: a call of solve is under way; await it before setCost`);
      engine.setCost(checked.data, settings);
      ready = true;
    },
    async solve(which = { from: 0, to: count }, options = {}) {
      if (!ready) throw new InputError(`${name}: no ground cost yet; call setCost first`);
      if (solving) throw new InputError(`${name}: a call of solve is under way; await it first`);
      checkSelection(which, count);
      const values = new Float64Array(sizeOfSelection(which));
      solving = true;
      try {
        const statistics = await solveInPieces(which, values, options);
        const bad = values.findIndex((value) => !Number.isFinite(value));
        if (bad >= 0)
          throw new InputError(`${name}: a value is beyond float64 (${values[bad]}); divide costs or masses`);
        return { values, ...statistics, status: statistics.unconverged > 0 ? "max-iterations" : "converged" };
      } finally {
        solving = false;
      }
    },
    save: async () => engine.save(),
    load: (kept) => engine.load(kept),
    dispose: () => engine.dispose?.(),
  };
}

/** Lets what waits in the event loop run; browsers have no `setImmediate`. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => (typeof setImmediate === "function" ? setImmediate(resolve) : setTimeout(resolve)));
}
