import type { Geometry } from "../../geometry/geometry.ts";
import { gradientCost } from "../../webgpu/barycenter/cost.ts";
import { kernelPasses } from "../../webgpu/barycenter/kernel-passes.ts";
import type { KernelCost } from "../../webgpu/cost.ts";
import { KEPT_BYTES } from "./engine-webgpu.ts";
import { resolveBarycenterOptions, type BarycenterOptions } from "./options.ts";
