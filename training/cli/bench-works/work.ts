import type { BenchResult } from "../../../eval/bench/timing.ts";
import type { OptionTable, OptionValues } from "../../../src/options.ts";

/** A benchmark: ours, and the program of `eval/bench/peers` that does the same work. */
export interface BenchWork<T extends OptionTable> {
  readonly description: string;
  readonly options: T;
  readonly peer: string;
  /** Loads what the work needs; the seconds of that do not count. */
  readonly prepare: (options: OptionValues<T> & BenchRepeat) => Promise<PreparedWork>;
}

interface BenchRepeat {
  readonly repeat: number;
}

export interface PreparedWork {
  /** One result for each line that the peer prints, in its order. */
  readonly ours: () => Promise<BenchResult[]>;
  readonly peerArguments: readonly string[];
  readonly release?: () => Promise<void>;
}

/** Recovers the option values' types. */
export function defineWork<const T extends OptionTable>(work: BenchWork<T>): BenchWork<T> {
  return work;
}
