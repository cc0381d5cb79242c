import { pointCloud } from "../../src/geometry/pointcloud.ts";
import { numberOption } from "../../src/options.ts";
import { sinkhornHost } from "../../src/transport/sinkhorn/host.ts";
import { twoClouds } from "./clouds.ts";
import { deviation } from "./sinkhorn-batch.ts";
import { best, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

export const cloudSinkhornWork = defineWork({
  description: "Sinkhorn iterations in the log domain between two clouds in 3-D, without a cost matrix.",
  options: {
    points: numberOption({ description: "points of each cloud", default: 50000, least: 2, integer: true }),
    fewer: numberOption({
      description: "the same against POT, which is slow",
      default: 10000,
      least: 2,
      integer: true,
    }),
    epsilon: numberOption({ description: "regularisation", default: 0.005, above: 0 }),
    iterations: numberOption({ description: "iterations", default: 1, least: 1, integer: true }),
  },
  peer: "cloud_sinkhorn.py",
  async prepare({ points, fewer, epsilon, iterations, repeat }) {
    const peerOptions = { points, fewer, epsilon, iterations, repeat };
    return {
      ours: async () => {
        const many = await iterate(points, epsilon, iterations, repeat);
        return [many, many, await iterate(fewer, epsilon, iterations, repeat)]; // the lines of the peer
      },
      peerArguments: Object.entries(peerOptions).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

/** From ones, squared distances, equal masses. An iteration and its violation are three passes over all pairs. */
async function iterate(size: number, epsilon: number, maxIterations: number, repeat: number): Promise<BenchResult> {
  const geometry = pointCloud(...twoClouds(size, 3), { lazy: true });
  const masses = new Float64Array(size).fill(1 / size);
  const { seconds, value } = await best(repeat, async () =>
    sinkhornHost(masses, masses, geometry, { epsilon, domain: "log", maxIterations, tolerance: 0 }),
  );
  const check = deviation(value.g.map((potential) => potential / epsilon));
  return { work: "cloud_sinkhorn", size, epsilon, iterations: value.iterations, check, seconds };
}
