import { unitGrid } from "../../src/geometry/grid.ts";
import { numberOption } from "../../src/options.ts";
import { sinkhornHost } from "../../src/transport/sinkhorn/host.ts";
import { deviation } from "./sinkhorn-batch.ts";
import { best, GOLDEN, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

/** The runs, by epsilon; in the log domain nothing is cut off. */
const RUNS = [
  { kernel: "scaling", domain: "auto", epsilon: 0.01 },
  { kernel: "log", domain: "log", epsilon: 0.001 },
] as const;

/** The lines of the peer: which of the runs above each of its libraries does. */
const PEER_LINES = [
  { run: 0, peer: "OTT-JAX" },
  { run: 1, peer: "OTT-JAX" },
  { run: 0, peer: "torch" },
] as const;

export const sinkhornGridWork = defineWork({
  description: "Sinkhorn iterations in float64 between two images on the grid of the unit square.",
  options: {
    extent: numberOption({ description: "pixels of a side", default: 64, least: 2, integer: true }),
    iterations: numberOption({ description: "iterations on scalings", default: 100, least: 1, integer: true }),
    logIterations: numberOption({ description: "iterations in the log domain", default: 20, least: 1, integer: true }),
  },
  peer: "sinkhorn_grid.py",
  async prepare({ extent, iterations, logIterations, repeat }) {
    const peerOptions = { extent, iterations, "log-iterations": logIterations, repeat };
    return {
      ours: async () => {
        const results: BenchResult[] = [];
        for (const { kernel, domain, epsilon } of RUNS) {
          const maxIterations = domain === "log" ? logIterations : iterations;
          const { seconds, value } = await best(repeat, async () =>
            sinkhornHost(image(extent, 0), image(extent, 1), unitGrid([extent, extent]), {
              epsilon,
              domain,
              maxIterations,
              tolerance: 0,
            }),
          );
          const check = deviation(value.g.map((potential) => potential / epsilon));
          results.push({
            work: "sinkhorn_grid",
            kernel,
            epsilon,
            size: extent,
            iterations: maxIterations,
            check,
            seconds,
          });
        }
        return PEER_LINES.map(({ run, peer }) => ({ ...results[run], peer }));
      },
      peerArguments: Object.entries(peerOptions).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

/** Irregular masses that sum to one. */
function image(extent: number, side: 0 | 1): Float64Array {
  const points = extent * extent;
  const masses = Float64Array.from({ length: points }, (_, k) => 0.05 + (((side * points + k + 1) * GOLDEN) % 1));
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}
