import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VariableOptimizer } from "../../models/optimizer.ts";
import type { OptionTable, OptionValues } from "../../src/options.ts";
import type { BenchResult } from "./timing.ts";

/** A benchmark: ours, and the program of `eval/bench/peers` that does the same work. */
export interface BenchWork<T extends OptionTable> {
  readonly description: string;
  readonly options: T;
  readonly peer: string;
  /** Loads what the work needs; the seconds of that do not count. The backend has been chosen. */
  readonly prepare: (options: OptionValues<T> & BenchRepeat, tools: BenchTools) => Promise<PreparedWork>;
}

interface BenchRepeat {
  readonly repeat: number;
}

/** What works need of `training`, which this folder may not import. */
interface BenchTools {
  /** Gradient descent. */
  sgd(rate: number): VariableOptimizer;
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

/** Where a work leaves the peer its inputs; `release` removes it. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "otlearn-bench-"));
}
