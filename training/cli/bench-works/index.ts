import { matmulWork } from "./matmul.ts";
import { sinkhornBatchWork } from "./sinkhorn-batch.ts";
import { sinkinitStepWork } from "./sinkinit-step.ts";
import { wdlGradientWork } from "./wdl-gradient.ts";
import type { BenchWork } from "./work.ts";

/** The works of `otlearn bench`, by the name that their result lines carry. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- works have different options; `defineWork` checks each
export const benchWorks: Readonly<Record<string, BenchWork<any>>> = {
  wdl_gradient: wdlGradientWork,
  sinkhorn_batch: sinkhornBatchWork,
  matmul: matmulWork,
  sinkinit_step: sinkinitStepWork,
};
