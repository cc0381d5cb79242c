import { kernelLimits } from "../limits.ts";

const LEAST_NUMBERS = 64;

/**
 * Numbers of a buffer for at least so many: a power of two, where the device can bind one. tfjs keeps freed buffers for others of
 * exactly their size, so buffers of ever new sizes would fill the device.
 */
export function pooledSize(numbers: number): number {
  const size = 2 ** Math.ceil(Math.log2(Math.max(LEAST_NUMBERS, numbers)));
  return 4 * size <= kernelLimits().maxStorageBufferBindingSize ? size : numbers;
}

/** A list with zeros behind it, up to such a size. */
export function pooled(list: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const all = new Int32Array(pooledSize(list.length));
  all.set(list);
  return all;
}
