import { isCloud, isGrid, type Geometry } from "../../geometry/geometry.ts";
import type { KernelCost } from "../../webgpu/cost.ts";
import { iterationsCost } from "../../webgpu/costs/cost.ts";
import { sourceLanes } from "../../webgpu/costs/source.ts";
import { gridPairsCost } from "../../webgpu/sinkhorn-grid/cost.ts";
