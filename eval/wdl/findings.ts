import type { Factors } from "../../models/wdl/factors.ts";
import type { WdlOptions } from "../../models/wdl/options.ts";
import type { WdlSetup } from "../../models/wdl/setup.ts";
import type { Metrics } from "../../models/task.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { Midpoints, Truth } from "./between.ts";
import type { Classes } from "./classes.ts";
import type { Comparison } from "./compare.ts";
import type { Unseen } from "./unseen.ts";

/** A dictionary and what it makes of data, beside the methods that it is compared with. */
export interface WdlOutcome {
  readonly setup: WdlSetup;
  readonly options: WdlOptions;
  readonly factors: Factors;
  /** Sinkhorn iterations that the reconstructions are computed with. */
  readonly sinkhornIterations: number;
  /** Ours first. */
  readonly methods: readonly Comparison[];
  /** The first data points on the 8-bit scale, those whose reconstructions are kept. */
  readonly inputs: NdArray<Float64Array>;
  readonly names: readonly string[];
}

/** What the evaluator found, for pictures and report. */
export interface WdlFindings extends WdlOutcome {
  /** Undefined where classes of the data points are not known. */
  readonly classes?: Classes | undefined;
  /** Images that nothing was fitted to. @default none are known */
  readonly unseen?: Unseen | undefined;
  /** What lies between data points, where it is known, and how near to it the methods come. */
  readonly truth?: Truth | undefined;
  readonly midpoints?: Midpoints | undefined;
  /** What a reader should know before anything else, a line each. */
  readonly notes: readonly string[];
  readonly history: readonly Metrics[];
}
