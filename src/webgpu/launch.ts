import * as tf from "@tensorflow/tfjs-core";
import { webgpuBackend, type Backend } from "./backend.ts";
import { dispatchOf, pipelineOf, type Constants, type Kernel } from "./kernel.ts";

/** A part of a tensor's buffer, in numbers; it starts at a multiple of 64 (the alignment of bindings is 256 bytes). */
export interface Part {
  readonly tensor: tf.TensorInfo;
  readonly from: number;
  readonly count: number;
}

export interface Launch {
  /** In the order of the kernel's `buffers`. No buffer may stand twice where one of the uses is a write. */
  readonly buffers: readonly (tf.TensorInfo | Part)[];
  readonly constants: Constants;
  /** In the layout that WGSL gives the kernel's uniforms: 4-byte numbers. */
  readonly uniforms?: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  readonly workgroups: number;
}

/** What was launched, for benchmarks. */
export interface LaunchCount {
  launches: number;
}
let counted: LaunchCount | undefined;

/** Commands that may wait for one submission; more of them would hold back what they free. */
const MOST_WAITING = 512;

/** Records a kernel after what tfjs has recorded. It runs when the backend next submits: at the latest when a result is read. */
export function launch(kernel: Kernel, { buffers, constants, uniforms, workgroups }: Launch): void {
  if (workgroups === 0) return;
  const backend = webgpuBackend();
  const { pipeline, layout } = pipelineOf(kernel, constants);
  const resources = buffers.map((buffer) => bindingOf(backend, buffer));
  if (uniforms) resources.push({ buffer: uniformBuffer(backend, uniforms) });
  const bindGroup = backend.device.createBindGroup({
    layout,
    entries: resources.map((resource, binding) => ({ binding, resource })),
  });
  backend.ensureCommandEncoderReady();
  const pass = (backend.computePassEncoder ??= backend.commandEncoder!.beginComputePass());
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(...dispatchOf(workgroups));
  if (counted) counted.launches++;
  // tfjs submits after 15 of its own operations; ours are short, and many belong together
  backend.dispatchCountInPass += 15 / MOST_WAITING;
  if (backend.dispatchCountInPass >= 15) submit();
}

/** Hands over what has been recorded: for work so long that a driver would take the device for hung. */
export function submit(): void {
  const backend = webgpuBackend();
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.submitQueue();
}

/** A new tensor of whatever its buffer held before; the caller disposes of it with `release` or makes it a tensor with `asTensor`. */
export function allocate(shape: readonly number[], dtype: "float32" | "int32" = "float32"): tf.TensorInfo {
  const backend = webgpuBackend();
  const info = backend.makeTensorInfo([...shape], dtype);
  backend.uploadToGPU(info.dataId);
  return info;
}

/** A new tensor [values] that the caller disposes of with `release`. It takes the array, which must not change before the next launch. */
export function upload(values: Float32Array | Int32Array): tf.TensorInfo {
  const dtype = values instanceof Int32Array ? "int32" : "float32";
  return webgpuBackend().makeTensorInfo([values.length], dtype, values);
}

/** Fills a tensor of `allocate` with zeros. */
export function clear({ dataId }: tf.TensorInfo): void {
  const backend = webgpuBackend();
  backend.ensureCommandEncoderReady();
  backend.endComputePassEncoder();
  backend.commandEncoder!.clearBuffer(backend.tensorMap.get(dataId).resource as GPUBuffer);
}

/** Submits, and reads a tensor of float32 as it is then: what tfjs reads it remembers, whatever kernels write later. */
export async function readBack({ dataId }: tf.TensorInfo): Promise<Float32Array<ArrayBuffer>> {
  const backend = webgpuBackend();
  backend.uploadToGPU(dataId);
  return new Float32Array((await backend.getBufferData(backend.tensorMap.get(dataId).resource as GPUBuffer))!);
}

/** Frees a tensor of `allocate` or `upload` after the commands that use it. */
export function release(...infos: readonly tf.TensorInfo[]): void {
  for (const { dataId } of infos) webgpuBackend().disposeData(dataId);
}

/** Hands a tensor of `allocate` to tfjs: to the current scope, and to who disposes of it. */
export function asTensor(info: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo(info);
}

/** Runs `record` and counts its launches. */
export function countLaunches<T>(record: () => T): { readonly result: T } & LaunchCount {
  const before = counted;
  const count: LaunchCount = { launches: 0 };
  counted = count;
  try {
    return { result: record(), ...count };
  } finally {
    counted = before;
    if (before) before.launches += count.launches;
  }
}

function bindingOf(backend: Backend, buffer: tf.TensorInfo | Part): GPUBufferBinding {
  const { tensor, from, count } = "tensor" in buffer ? buffer : { tensor: buffer, from: 0, count: undefined };
  const data = backend.tensorMap.get(tensor.dataId); // brings it here from another backend
  backend.uploadToGPU(tensor.dataId);
  backend.commandQueueOwnedIds.add(tensor.dataId);
  return { buffer: data.resource as GPUBuffer, offset: 4 * from, size: count === undefined ? undefined : 4 * count };
}

function uniformBuffer(backend: Backend, values: NonNullable<Launch["uniforms"]>): GPUBuffer {
  const size = 16 * Math.ceil(values.byteLength / 16);
  const buffer = backend.bufferManager.acquireBuffer(size, GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM);
  backend.queue.writeBuffer(buffer, 0, values);
  backend.uniformPendingDisposal.push(buffer);
  return buffer;
}
