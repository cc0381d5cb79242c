import { kernelLimits } from "./limits.ts";
import { webgpuBackend } from "./backend.ts";

/** A compute kernel. Compiled once for each set of constants and device. */
export interface Kernel {
  /** In messages and profiles: "sinkhorn grid pairs". */
  readonly name: string;
  /**
   * WGSL. Its entry point is `main`; its buffers are bindings 0, 1, ... of group 0, in the order of `buffers`; the uniforms of a
   * launch, if it has any, come after them. Sizes are `override` constants.
   */
  readonly code: string;
  /** How it uses each of its buffers. */
  readonly buffers: readonly ("read" | "write")[];
  /** Whether launches bring uniforms. */
  readonly uniforms?: boolean;
}

/** Values of the `override` constants of a kernel. */
export type Constants = Readonly<Record<string, number>>;

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const compiled = new WeakMap<GPUDevice, Map<Kernel, Map<string, Pipeline>>>();

/** The pipeline of a kernel on the current backend's device. */
export function pipelineOf(kernel: Kernel, constants: Constants): Pipeline {
  const { device } = webgpuBackend();
  const kernels = getOrMake(compiled, device, () => new Map<Kernel, Map<string, Pipeline>>());
  const pipelines = getOrMake(kernels, kernel, () => new Map<string, Pipeline>());
  return getOrMake(pipelines, JSON.stringify(constants), () => compile(device, kernel, constants));
}

function compile(device: GPUDevice, { name, code, buffers, uniforms }: Kernel, constants: Constants): Pipeline {
  const types: GPUBufferBindingType[] = buffers.map((use) => (use === "read" ? "read-only-storage" : "storage"));
  if (uniforms) types.push("uniform");
  const layout = device.createBindGroupLayout({
    label: name,
    entries: types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
  });
  const pipeline = device.createComputePipeline({
    label: name,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: {
      module: device.createShaderModule({ label: name, code }),
      entryPoint: "main",
      constants: { ...constants },
    },
  });
  return { pipeline, layout };
}

/** The smallest dispatch of at least so many workgroups: one dimension holds 65 535. Kernels find theirs by `WORKGROUP_INDEX`. */
export function dispatchOf(workgroups: number): [x: number, y: number, z: number] {
  const most = kernelLimits().maxComputeWorkgroupsPerDimension;
  const z = Math.ceil(workgroups / most ** 2);
  const y = Math.ceil(workgroups / z / most);
  return [Math.ceil(workgroups / (y * z)), y, z];
}

function getOrMake<K extends object | string, V>(
  map: { get(key: K): V | undefined; set(key: K, value: V): unknown },
  key: K,
  make: () => V,
): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
