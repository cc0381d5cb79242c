// What a page does for test/src/webgpu/in-browser.test.ts: plain values in, plain values out.
import * as tf from "@tensorflow/tfjs-core";
import { useBackend } from "../../../src/tensor/backend.ts";
import { reportAdapter, type Gpu } from "../../../src/tensor/webgpu-adapter.ts";
import { submit } from "../../../src/webgpu/launch.ts";
import { lowerLimits, type KernelLimits } from "../../../src/webgpu/limits.ts";
import { barycenterGradients, debiased, lossGradients } from "./barycenters.ts";
import { pairDivergences } from "./pairs.ts";
import { divergenceGradients, entropicCostGradients, planSums, potentials } from "./sinkhorn.ts";

const works = {
  potentials,
  planSums,
  entropicCostGradients,
  divergenceGradients,
  barycenterGradients,
  lossGradients,
  debiased,
  pairDivergences,
};
export type Works = typeof works;
export type Given<Name extends keyof Works> = Parameters<Works[Name]>[0];
type Found<Name extends keyof Works> = Awaited<ReturnType<Works[Name]>>;

export interface Outcome<Name extends keyof Works> {
  readonly found: Found<Name>;
  /** Of a second time: its result, and what it left on the device. */
  readonly again?: { readonly found: Found<Name>; readonly tensors: number; readonly bytes: number };
}

/** Makes webgpu the backend; false where the browser has no adapter. What else goes wrong is thrown. */
export async function start(): Promise<boolean> {
  const { gpu } = (globalThis as unknown as { navigator: { gpu?: Gpu } }).navigator;
  if (!gpu || !(await reportAdapter(gpu))) return false;
  await useBackend("webgpu");
  return true;
}

/** Does one of the works under limits that are lowered for it, `repeated` twice. */
export async function perform<Name extends keyof Works>(
  name: Name,
  given: Given<Name>,
  { limits, repeated }: { readonly limits: Partial<KernelLimits>; readonly repeated: boolean },
): Promise<Outcome<Name>> {
  const work = works[name] as unknown as (given: Given<Name>) => Promise<Found<Name>>;
  lowerLimits(limits);
  try {
    const found = await work(given);
    if (!repeated) return { found };
    const before = memory();
    const again = await work(given);
    const after = memory();
    return {
      found,
      again: { found: again, tensors: after.tensors - before.tensors, bytes: after.bytes - before.bytes },
    };
  } finally {
    lowerLimits({});
  }
}

function memory() {
  submit();
  const { numTensors, numBytesInGPU } = tf.memory() as tf.MemoryInfo & { readonly numBytesInGPU: number };
  return { tensors: numTensors, bytes: numBytesInGPU };
}
