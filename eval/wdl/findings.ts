import type { Factors } from "../../models/wdl/factors.ts";
import type { WdlOptions } from "../../models/wdl/options.ts";
import type { WdlSetup } from "../../models/wdl/setup.ts";
import type { Metrics } from "../../models/task.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { Reconstruction } from "./compare.ts";

/** What the evaluator found, for pictures and report. */
export interface WdlFindings {
  readonly setup: WdlSetup;
  readonly options: WdlOptions;
  readonly factors: Factors & { readonly reconstructions: Float64Array };
  /** Sinkhorn iterations that the reconstructions are computed with. */
  readonly sinkhornIterations: number;
  /** Ours first. */
  readonly methods: readonly Reconstruction[];
  readonly inputs: NdArray<Float64Array>;
  readonly names: readonly string[];
  readonly history: readonly Metrics[];
}
