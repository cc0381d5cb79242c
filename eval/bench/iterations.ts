import * as tf from "@tensorflow/tfjs-core";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { isOnHost } from "../../src/tensor/placement.ts";
import { sinkhornHost } from "../../src/transport/sinkhorn/host.ts";
import type { SinkhornDomain } from "../../src/transport/sinkhorn/options.ts";
import { sinkhornIterations } from "../../src/transport/sinkhorn/iterations.ts";
import { best, type Timing } from "./timing.ts";

interface IterationsSettings {
  readonly epsilon: number;
  readonly domain: SinkhornDomain;
  readonly iterations: number;
  readonly repeat: number;
}

/**
 * Sinkhorn iterations from ones of a [..., n] and b [..., m] on the current backend, in float32, without the making of the kernel. The check
 * is the standard deviation of all g / epsilon.
 */
export async function timedIterations(
  a: tf.Tensor,
  b: tf.Tensor,
  geometry: Geometry,
  { epsilon, domain, iterations, repeat }: IterationsSettings,
): Promise<Timing & { readonly check: number }> {
  const kernel = geometry.kernel(epsilon);
  const { timing, value } = await best(repeat, async () => {
    const { f, g } = sinkhornIterations(a, b, kernel, { iterations, domain });
    const potential = await g.data(); // waits for the device
    tf.dispose([f, g]);
    return potential;
  });
  kernel.dispose();
  return { check: deviation(Float64Array.from(value, (potential) => potential / epsilon)), ...timing };
}

/**
 * The same of one pair of histograms, in float64 where tensors are host memory (`sinkhornHost`), on a device as above.
 */
export async function timedPair(
  a: Float64Array,
  b: Float64Array,
  geometry: Geometry,
  { iterations, repeat, ...problem }: IterationsSettings,
): Promise<Timing & { readonly check: number }> {
  if (!isOnHost()) {
    const [first, second] = [a, b].map((masses) => tf.tensor1d(Float32Array.from(masses)));
    const timed = await timedIterations(first, second, geometry, { iterations, repeat, ...problem });
    tf.dispose([first, second]);
    return timed;
  }
  const options = { ...problem, maxIterations: iterations, tolerance: 0 };
  const { timing, value } = await best(repeat, async () => sinkhornHost(a, b, geometry, options));
  return { check: deviation(value.g.map((potential) => potential / problem.epsilon)), ...timing };
}

/** The standard deviation of a sample. */
export function deviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
