import { pointCloud } from "../../src/geometry/pointcloud.ts";
import { numberOption } from "../../src/options.ts";
import { twoClouds } from "./clouds.ts";
import { repeatedCost } from "../../src/webgpu/cost.ts";
import { estimateIteration } from "../../src/webgpu/costs/estimate.ts";
import { timedPair } from "./iterations.ts";
import type { BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

export const cloudSinkhornWork = defineWork({
  description: "Sinkhorn iterations in the log domain between two clouds of points, without a cost matrix.",
  options: {
    points: numberOption({ description: "points of each cloud", default: 50000, least: 2, integer: true }),
    fewer: numberOption({
      description: "the same against POT, which is slow",
      default: 10000,
      least: 2,
      integer: true,
    }),
    dimension: numberOption({ description: "coordinates of a point", default: 3, least: 1, integer: true }),
    epsilon: numberOption({ description: "regularisation", default: 0.005, above: 0 }),
    iterations: numberOption({ description: "iterations", default: 1, least: 1, integer: true }),
  },
  peer: "cloud_sinkhorn.py",
  peerDevices: true,
  costs: ({ points, fewer, dimension, epsilon, iterations }) =>
    [points, fewer].map((size) => {
      const sizes = { shape: [size, size], dimension, pairs: 1 } as const;
      const cost = repeatedCost(estimateIteration(sizes), iterations);
      return { work: "cloud_sinkhorn", size, dimension, epsilon, ...cost };
    }),
  async prepare({ points, fewer, ...settings }) {
    return {
      ours: async () => [await iterate(points, settings), await iterate(fewer, settings)],
      peerArguments: Object.entries({ points, fewer, ...settings }).flatMap(([name, value]) => [
        `--${name}`,
        `${value}`,
      ]),
    };
  },
});

interface CloudSettings {
  readonly dimension: number;
  readonly epsilon: number;
  readonly iterations: number;
  readonly repeat: number;
}

/**
 * From ones, squared distances, equal masses; in float64 where tensors are host memory, where an iteration and its violation are three
 * passes over all pairs, on a device in its float32, where it is two.
 */
async function iterate(size: number, { dimension, ...settings }: CloudSettings): Promise<BenchResult> {
  const geometry = pointCloud(...twoClouds(size, dimension), { lazy: true });
  const masses = new Float64Array(size).fill(1 / size);
  const timed = await timedPair(masses, masses, geometry, { ...settings, domain: "log" });
  const { epsilon, iterations } = settings;
  return { work: "cloud_sinkhorn", size, dimension, epsilon, iterations, ...timed };
}
