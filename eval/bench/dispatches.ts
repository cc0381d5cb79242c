/** What a WebGPU device was given to do, whoever gave it: kernels of `src/webgpu` and operations of tfjs. */
export interface Dispatches {
  launches: number;
  /** Of the buffers that were bound to each launch. */
  bytes: number;
  /** Launches by the label of their pipeline. */
  readonly names: Map<string, number>;
}

interface Pass {
  setPipeline(pipeline: GPUComputePipeline): void;
  setBindGroup(index: number, group: GPUBindGroup, ...more: unknown[]): void;
  dispatchWorkgroups(x: number, y?: number, z?: number): void;
}

/** The classes that a browser, or Dawn in Node, has as globals. */
interface Classes {
  readonly GPUDevice: { readonly prototype: Pick<GPUDevice, "createBindGroup"> };
  readonly GPUComputePassEncoder: { readonly prototype: Pass };
}

/**
 * Counts the launches that `work` records, up to its end. It looks at the calls of WebGPU itself, so that nothing that computes needs to
 * know. Not for timed runs, and not for two at once.
 */
export async function countDispatches<T>(work: () => Promise<T>): Promise<{ value: T; dispatches: Dispatches }> {
  const { GPUDevice, GPUComputePassEncoder } = globalThis as unknown as Classes;
  const [device, pass] = [GPUDevice.prototype, GPUComputePassEncoder.prototype];
  const before = { device: { ...own(device, "createBindGroup") }, pass: { ...own(pass, ...PASS_CALLS) } };
  const dispatches: Dispatches = { launches: 0, bytes: 0, names: new Map() };
  const sizes = new WeakMap<GPUBindGroup, number>();
  let [bound, name] = [0, ""];
  Object.assign(device, {
    createBindGroup(this: GPUDevice, descriptor: GPUBindGroupDescriptor) {
      const group = before.device.createBindGroup.call(this, descriptor);
      sizes.set(group, bytesOf(descriptor));
      return group;
    },
  });
  Object.assign(pass, {
    setPipeline(this: Pass, pipeline: GPUComputePipeline) {
      name = pipeline.label;
      before.pass.setPipeline.call(this, pipeline);
    },
    setBindGroup(this: Pass, index: number, group: GPUBindGroup, ...more: unknown[]) {
      bound = sizes.get(group) ?? 0;
      before.pass.setBindGroup.call(this, index, group, ...more);
    },
    dispatchWorkgroups(this: Pass, ...counts: [number, number?, number?]) {
      dispatches.launches++;
      dispatches.bytes += bound;
      dispatches.names.set(name, (dispatches.names.get(name) ?? 0) + 1);
      before.pass.dispatchWorkgroups.call(this, ...counts);
    },
  });
  try {
    return { value: await work(), dispatches };
  } finally {
    Object.assign(device, before.device);
    Object.assign(pass, before.pass);
  }
}

const PASS_CALLS = ["setPipeline", "setBindGroup", "dispatchWorkgroups"] as const;

function own<T, K extends keyof T>(object: T, ...names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, object[name]])) as Pick<T, K>;
}

/** Of the storage buffers; uniforms are few. */
function bytesOf({ entries }: GPUBindGroupDescriptor): number {
  let bytes = 0;
  for (const { resource } of entries) {
    const { buffer, size, offset = 0 } = resource as GPUBufferBinding;
    if (buffer.usage & GPUBufferUsage.STORAGE) bytes += size ?? buffer.size - offset;
  }
  return bytes;
}
