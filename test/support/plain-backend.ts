import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import * as tf from "@tensorflow/tfjs-core";

// copied when this is loaded, before `useBackend` puts the addon's kernels in the place of some
tf.registerBackend("plain", () => new MathBackendCPU());
tf.copyRegisteredKernels("cpu", "plain");

/** tfjs' `cpu` backend with none of our kernels, to compare them with. */
export async function usePlainBackend(): Promise<void> {
  await tf.setBackend("plain");
}
