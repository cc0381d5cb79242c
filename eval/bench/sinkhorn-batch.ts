import * as tf from "@tensorflow/tfjs-core";
import { unitGrid } from "../../src/geometry/grid.ts";
import { sinkhornCost } from "../../src/transport/sinkhorn/cost.ts";
import { timedIterations } from "./iterations.ts";
import { GOLDEN, type BenchResult } from "./timing.ts";
import { numberOption } from "../../src/options.ts";
import { defineWork } from "./work.ts";

export const sinkhornBatchWork = defineWork({
  description: "Sinkhorn iterations for pairs of 28 x 28 images.",
  options: {
    pairs: numberOption({ description: "pairs of images", default: 500, least: 1, integer: true }),
    iterations: numberOption({ description: "Sinkhorn iterations", default: 100, least: 1, integer: true }),
  },
  peer: "sinkhorn_batch.py",
  peerDevices: true,
  costs: (settings) => [
    { work: "sinkhorn_batch", ...sinkhornCost(unitGrid([SIDE, SIDE]), EPSILON, { ...settings, domain: "auto" }) },
  ],
  async prepare({ pairs, iterations, repeat }) {
    return {
      ours: async () => [await sinkhornBatch({ pairs, iterations, repeat })],
      peerArguments: ["--pairs", `${pairs}`, "--iterations", `${iterations}`, "--repeat", `${repeat}`],
    };
  },
});

/** Points of an image along each axis. */
export const SIDE = 28;
const EPSILON = 0.01;
/** Masses are u^8 + 1e-4 for evenly spread u: a few bright pixels, and none that is empty. */
const CONTRAST = 8;
const DUST = 1e-4;

export interface SinkhornBatchSettings {
  readonly pairs: number;
  readonly iterations: number;
  readonly repeat: number;
}

/**
 * So many Sinkhorn iterations from ones for pairs of 28 x 28 images on the unit square, epsilon 0.01, on the current
 * backend. The peer does it with the separable kernel and with the dense one. Image i has the pixels frac((784 i + k + 1) golden)^8 + 1e-4, normalised; a pair is images 2 p and 2 p + 1.
 */
async function sinkhornBatch({ pairs, iterations, repeat }: SinkhornBatchSettings): Promise<BenchResult> {
  const [a, b] = [imageHistograms(pairs, 0), imageHistograms(pairs, 1)];
  const run = { epsilon: EPSILON, domain: "auto", iterations, repeat } as const;
  const timed = await timedIterations(a, b, unitGrid([SIDE, SIDE]), run);
  tf.dispose([a, b]);
  return { work: "sinkhorn_batch", pairs, iterations, ...timed };
}

/** The first or the second images of the pairs, [pairs, 784]. */
export function imageHistograms(pairs: number, side: 0 | 1): tf.Tensor {
  const points = SIDE * SIDE;
  const rows = Array.from({ length: pairs }, (_, pair) => {
    const first = (2 * pair + side) * points;
    const masses = Array.from({ length: points }, (_, k) => (((first + k + 1) * GOLDEN) % 1) ** CONTRAST + DUST);
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    return masses.map((mass) => mass / total);
  });
  return tf.tensor2d(rows);
}
