// What a page does for test/src/webgpu/in-browser.test.ts: plain values in, plain values out.
import * as tf from "@tensorflow/tfjs-core";
import { useBackend } from "../../../src/tensor/backend.ts";
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

/** Makes webgpu the backend; why it cannot be, where it cannot. */
export async function start(): Promise<string | undefined> {
  return useBackend("webgpu").then(
    () => undefined,
    (error: Error) => error.message,
  );
}

/** Does one of the works twice under limits: both results, and what the second left on the device. */
export async function twice<Name extends keyof Works>(
  name: Name,
  given: Parameters<Works[Name]>[0],
  limits: Partial<KernelLimits>,
) {
  const work = works[name] as (given: Parameters<Works[Name]>[0]) => ReturnType<Works[Name]>;
  lowerLimits(limits);
  try {
    const found = await work(given);
    const before = memory();
    const again = await work(given);
    const after = memory();
    return { found, again, left: { tensors: after.tensors - before.tensors, bytes: after.bytes - before.bytes } };
  } finally {
    lowerLimits({});
  }
}

function memory() {
  submit();
  const { numTensors, numBytesInGPU } = tf.memory() as tf.MemoryInfo & { readonly numBytesInGPU: number };
  return { tensors: numTensors, bytes: numBytesInGPU };
}
