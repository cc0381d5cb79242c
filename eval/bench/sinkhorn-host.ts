import { pointCloud } from "../../src/geometry/pointcloud.ts";
import { sinkhornHost } from "../../src/transport/sinkhorn/host.ts";
import { twoClouds } from "./clouds.ts";
import { deviation } from "./iterations.ts";
import { best, type BenchResult } from "./timing.ts";
import { numberOption } from "../../src/options.ts";
import { defineWork } from "./work.ts";

export const sinkhornHostWork = defineWork({
  description: "Sinkhorn iterations in float64 between two point clouds.",
  options: {
    points: numberOption({ description: "points of each cloud", default: 1000, least: 1, integer: true }),
    iterations: numberOption({ description: "iterations on scalings", default: 200, least: 1, integer: true }),
    logIterations: numberOption({ description: "iterations in the log domain", default: 20, least: 1, integer: true }),
  },
  peer: "sinkhorn_host.py",
  hostOnly: "float64, which devices lack",
  async prepare({ points, iterations, logIterations, repeat }) {
    const peerOptions = { points, iterations, "log-iterations": logIterations, repeat };
    return {
      ours: () => sinkhornOnHost({ points, iterations, logIterations, repeat }),
      peerArguments: Object.entries(peerOptions).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

interface SinkhornHostSettings {
  /** On each side. */
  readonly points: number;
  readonly iterations: number;
  /** Of the second result, in the log domain. */
  readonly logIterations: number;
  readonly repeat: number;
}

const RUNS = [
  { kernel: "scaling", domain: "auto", epsilon: 0.01 },
  { kernel: "log", domain: "log", epsilon: 0.0005 },
] as const;

/**
 * Sinkhorn iterations in float64 from ones between two clouds of equal masses in the unit square, under squared distances: on
 * scalings at epsilon 0.01, and in the log domain at 0.0005. Two results.
 */
async function sinkhornOnHost(settings: SinkhornHostSettings): Promise<BenchResult[]> {
  const { points, repeat } = settings;
  const geometry = pointCloud(...twoClouds(points, 2));
  const masses = new Float64Array(points).fill(1 / points);
  const results: BenchResult[] = [];
  for (const { kernel, domain, epsilon } of RUNS) {
    const maxIterations = domain === "log" ? settings.logIterations : settings.iterations;
    const { timing, value } = await best(repeat, async () => {
      return sinkhornHost(masses, masses, geometry, { epsilon, domain, maxIterations, tolerance: 0 });
    });
    const check = deviation(value.g.map((potential) => potential / epsilon));
    results.push({ work: "sinkhorn_host", kernel, epsilon, points, iterations: value.iterations, check, ...timing });
  }
  return results;
}
