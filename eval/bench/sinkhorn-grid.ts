import { unitGrid } from "../../src/geometry/grid.ts";
import { numberOption } from "../../src/options.ts";
import { sinkhornCost } from "../../src/transport/sinkhorn/cost.ts";
import { timedPair } from "./iterations.ts";
import { GOLDEN, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

/** The runs, by epsilon; in the log domain nothing is cut off. */
const RUNS = [
  { kernel: "scaling", domain: "auto", epsilon: 0.01 },
  { kernel: "log", domain: "log", epsilon: 0.001 },
] as const;

export const sinkhornGridWork = defineWork({
  description: "Sinkhorn iterations between two images on the grid of the unit square.",
  options: {
    extent: numberOption({ description: "pixels of a side", default: 64, least: 2, integer: true }),
    iterations: numberOption({ description: "iterations on scalings", default: 100, least: 1, integer: true }),
    logIterations: numberOption({ description: "iterations in the log domain", default: 20, least: 1, integer: true }),
  },
  peer: "sinkhorn_grid.py",
  costs: ({ extent, iterations, logIterations }) =>
    RUNS.map(({ kernel, domain, epsilon }) => {
      const run = { pairs: 1, iterations: domain === "log" ? logIterations : iterations, domain };
      const cost = sinkhornCost(unitGrid([extent, extent]), epsilon, run);
      return { work: "sinkhorn_grid", kernel, epsilon, size: extent, ...cost };
    }),
  async prepare({ extent, iterations, logIterations, repeat }) {
    const peerOptions = { extent, iterations, "log-iterations": logIterations, repeat };
    return {
      ours: () => sinkhornGrid({ extent, iterations, logIterations, repeat }),
      peerArguments: Object.entries(peerOptions).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

interface SinkhornGridSettings {
  readonly extent: number;
  readonly iterations: number;
  /** Of the second result, in the log domain. */
  readonly logIterations: number;
  readonly repeat: number;
}

/** In float64 where tensors are host memory, on a device in its float32. Two results. */
async function sinkhornGrid({ extent, repeat, ...counts }: SinkhornGridSettings): Promise<BenchResult[]> {
  const geometry = unitGrid([extent, extent]);
  const [a, b] = [image(extent, 0), image(extent, 1)];
  const results: BenchResult[] = [];
  for (const { kernel, domain, epsilon } of RUNS) {
    const iterations = domain === "log" ? counts.logIterations : counts.iterations;
    const run = { epsilon, domain, iterations, repeat };
    const timed = await timedPair(a, b, geometry, run);
    results.push({ work: "sinkhorn_grid", kernel, epsilon, size: extent, iterations, ...timed });
  }
  return results;
}

/** Irregular masses that sum to one. */
function image(extent: number, side: 0 | 1): Float64Array {
  const points = extent * extent;
  const masses = Float64Array.from({ length: points }, (_, k) => 0.05 + (((side * points + k + 1) * GOLDEN) % 1));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}
