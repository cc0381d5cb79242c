import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VariableOptimizer } from "../../models/optimizer.ts";
import type { OptionTable, OptionValues } from "../../src/options.ts";
import type { KernelCost } from "../../src/webgpu/cost.ts";
import type { BenchResult } from "./timing.ts";

/** A benchmark: ours, and the program of `eval/bench/peers` that does the same work. */
export interface BenchWork<T extends OptionTable> {
  readonly description: string;
  readonly options: T;
  readonly peer: string;
  /** Why the host does this work whatever the backend; absent where it is done where tensors lie. */
  readonly hostOnly?: string;
  /** Whether the peer takes `--device`: then it prints, beside the others on a processor, what its libraries can do there. */
  readonly peerDevices?: boolean;
  /** What the kernels for a WebGPU device cost, a result each, without one. */
  readonly costs?: (options: OptionValues<T>) => DeviceWork[] | Promise<DeviceWork[]>;
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

interface PreparedWork {
  /** Results of different work; `isSameWork` finds the lines of the peer. */
  readonly ours: () => Promise<BenchResult[]>;
  readonly peerArguments: readonly string[];
  readonly release?: () => Promise<void>;
}

/** One result's work: what tells it from the others, and its cost. */
export interface DeviceWork extends KernelCost {
  readonly work: string;
  readonly [setting: string]: number | string;
}

/** Recovers the option values' types. */
export function defineWork<const T extends OptionTable>(work: BenchWork<T>): BenchWork<T> {
  return work;
}

/** Where a work leaves the peer its inputs; `release` removes it. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "otlearn-bench-"));
}
