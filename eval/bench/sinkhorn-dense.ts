import * as tf from "@tensorflow/tfjs-core";
import { denseGeometry } from "../../src/geometry/dense.ts";
import type { Geometry } from "../../src/geometry/geometry.ts";
import { unitGrid } from "../../src/geometry/grid.ts";
import { sinkhornCost } from "../../src/transport/sinkhorn/cost.ts";
import { timedIterations } from "./iterations.ts";
import { imageHistograms, SIDE, type SinkhornBatchSettings } from "./sinkhorn-batch.ts";
import type { BenchResult } from "./timing.ts";
import { numberOption } from "../../src/options.ts";
import { defineWork } from "./work.ts";

export const sinkhornDenseWork = defineWork({
  description: "Sinkhorn iterations for pairs of histograms of 784 points under one dense cost.",
  options: {
    pairs: numberOption({ description: "pairs of histograms", default: 500, least: 1, integer: true }),
    iterations: numberOption({ description: "iterations on scalings", default: 100, least: 1, integer: true }),
    logIterations: numberOption({ description: "iterations in the log domain", default: 5, least: 1, integer: true }),
  },
  peer: "sinkhorn_dense.py",
  peerDevices: true,
  costs: ({ pairs, iterations, logIterations }) =>
    RUNS.map(({ kernel, domain, epsilon }) => {
      const counts = { pairs, iterations: domain === "log" ? logIterations : iterations };
      return { work: "sinkhorn_dense", kernel, epsilon, ...sinkhornCost(groundCost(), epsilon, { ...counts, domain }) };
    }),
  async prepare({ pairs, iterations, logIterations, repeat }) {
    const peerOptions = { pairs, iterations, "log-iterations": logIterations, repeat };
    return {
      ours: () => sinkhornDense({ pairs, iterations, logIterations, repeat }),
      peerArguments: Object.entries(peerOptions).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

function groundCost(): Geometry {
  return denseGeometry(unitGrid([SIDE, SIDE]).costMatrix());
}

interface SinkhornDenseSettings extends SinkhornBatchSettings {
  /** Of the second result, in the log domain. */
  readonly logIterations: number;
}

const RUNS = [
  { kernel: "scaling", domain: "auto", epsilon: 0.01 },
  { kernel: "log", domain: "log", epsilon: 0.0005 },
] as const;

/**
 * Sinkhorn iterations from ones for pairs of histograms of 784 points under one cost that is given as a matrix, the squared
 * distances of the unit square: on scalings (`auto`) at epsilon 0.01, and in the log domain at 0.0005. The histograms are those of
 * `sinkhornBatch`. Two results.
 */
async function sinkhornDense(settings: SinkhornDenseSettings): Promise<BenchResult[]> {
  const { pairs, repeat } = settings;
  const geometry = groundCost();
  const [a, b] = [imageHistograms(pairs, 0), imageHistograms(pairs, 1)];
  const results: BenchResult[] = [];
  for (const { kernel, domain, epsilon } of RUNS) {
    const iterations = domain === "log" ? settings.logIterations : settings.iterations;
    const timed = await timedIterations(a, b, geometry, { epsilon, domain, iterations, repeat });
    results.push({ work: "sinkhorn_dense", kernel, epsilon, pairs, iterations, ...timed });
  }
  tf.dispose([a, b]);
  return results;
}
