import type * as tf from "@tensorflow/tfjs-core";
import { RunError } from "../../errors.ts";
import { upload } from "../launch.ts";
import { kernelLimits } from "../limits.ts";

/** Histograms without their zeros: those of `transport/pairs/sinkhorn/supports.ts`, as this engine reads them. */
export interface HostSupports {
  readonly bins: number;
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly masses: Float64Array;
}

export interface DeviceSupports {
  /** The bins. [entries] */
  readonly bins: tf.TensorInfo;
  /** Each mass and its base-2 logarithm. [entries, 2] */
  readonly masses: tf.TensorInfo;
}

/** Masses below this are taken as this: they add nothing to a value, and their inverse and their square root are numbers. */
const LEAST_MASS = 1e-30;

/** Throws RunError where the device cannot bind them, or the panel of one of them. */
export function uploadSupports({ bins, starts, indices, masses }: HostSupports): DeviceSupports {
  const largest = starts.reduce((most, start, k) => Math.max(most, start - (k > 0 ? starts[k - 1] : 0)), 0);
  const bytes = Math.max(8 * indices.length, 4 * bins * largest);
  const most = kernelLimits().maxStorageBufferBindingSize;
  if (bytes > most) {
    throw new RunError(
      `histograms: a kernel has to see ${bytes} bytes at once, of masses or of a cost's columns, but the device binds ${most}; ` +
        "use another backend",
    );
  }
  const both = new Float32Array(2 * masses.length);
  masses.forEach((given, k) => {
    const mass = Math.max(given, LEAST_MASS);
    both[2 * k] = mass;
    both[2 * k + 1] = Math.log2(mass);
  });
  return { bins: upload(Int32Array.from(indices)), masses: upload(both) };
}
