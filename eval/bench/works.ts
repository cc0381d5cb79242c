import { barycenterWork } from "./barycenter.ts";
import { cloudSinkhornWork } from "./cloud-sinkhorn.ts";
import { embedWork } from "./embed.ts";
import { emdAllPairsWork } from "./emd-all-pairs.ts";
import { emdPointsWork } from "./emd-points.ts";
import { emdWork } from "./emd.ts";
import { emd1dWork } from "./emd1d.ts";
import { matmulWork } from "./matmul.ts";
import { sinkhornAllPairsWork } from "./sinkhorn-all-pairs.ts";
import { sinkhornBatchWork } from "./sinkhorn-batch.ts";
import { sinkhornDenseWork } from "./sinkhorn-dense.ts";
import { sinkhornGridWork } from "./sinkhorn-grid.ts";
import { sinkhornHostWork } from "./sinkhorn-host.ts";
import { sinkhornUnbalancedWork } from "./sinkhorn-unbalanced.ts";
import { sinkinitStepWork } from "./sinkinit-step.ts";
import { slicedWork } from "./sliced.ts";
import { wdlGradientWork } from "./wdl-gradient.ts";
import type { BenchWork } from "./work.ts";

/** The works of `otlearn bench`, by the name that their result lines carry. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- works have different options; `defineWork` checks each
export const benchWorks: Readonly<Record<string, BenchWork<any>>> = {
  wdl_gradient: wdlGradientWork,
  sinkhorn_batch: sinkhornBatchWork,
  sinkhorn_dense: sinkhornDenseWork,
  sinkhorn_host: sinkhornHostWork,
  sinkhorn_grid: sinkhornGridWork,
  cloud_sinkhorn: cloudSinkhornWork,
  sinkhorn_unbalanced: sinkhornUnbalancedWork,
  matmul: matmulWork,
  emd: emdWork,
  emd_points: emdPointsWork,
  emd_all_pairs: emdAllPairsWork,
  emd1d: emd1dWork,
  sliced: slicedWork,
  sinkinit_step: sinkinitStepWork,
  sinkhorn_all_pairs: sinkhornAllPairsWork,
  embed: embedWork,
  barycenter: barycenterWork,
};
