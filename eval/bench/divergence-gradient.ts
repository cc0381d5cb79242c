import * as tf from "@tensorflow/tfjs-core";
import { pointCloud } from "../../src/geometry/pointcloud.ts";
import { numberOption } from "../../src/options.ts";
import { sinkhornDivergence } from "../../src/transport/divergence.ts";
import { repeatedCost } from "../../src/webgpu/cost.ts";
import { estimateIteration } from "../../src/webgpu/costs/estimate.ts";
import { best, GOLDEN, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

export const divergenceGradientWork = defineWork({
  description: "The Sinkhorn divergence of two point clouds in 3-D, and its gradient in the points.",
  options: {
    points: numberOption({ description: "points of each cloud", default: 2000, least: 1, integer: true }),
    iterations: numberOption({ description: "iterations of each problem", default: 50, least: 1, integer: true }),
  },
  peer: "divergence_gradient.py",
  peerDevices: true,
  // of the iterations of the three problems, two of them of half steps alone; a few passes more make the gradient
  costs: ({ points, iterations }) => [
    {
      work: "divergence_gradient",
      epsilon: EPSILON,
      ...repeatedCost(estimateIteration({ shape: [points, points], dimension: DIMENSION, pairs: 1 }), 2 * iterations),
    },
  ],
  async prepare({ points, iterations, repeat }) {
    const peerOptions = { points, iterations, repeat };
    return {
      ours: async () => [await divergenceGradient({ points, iterations, repeat })],
      peerArguments: Object.entries(peerOptions).flatMap(([name, value]) => [`--${name}`, `${value}`]),
    };
  },
});

interface DivergenceGradientSettings {
  /** Of each cloud. */
  readonly points: number;
  readonly iterations: number;
  readonly repeat: number;
}

/** Another irrational number, so that the second cloud is not the first one. */
const PLASTIC = 0.7548776662466927;
const EPSILON = 0.05;
const DIMENSION = 3;

/**
 * The Sinkhorn divergence under squared distances at epsilon 0.05, of two clouds of equal masses in the unit cube, and its gradient in
 * the first cloud. Coordinate i (from 1, the axes in turn) is frac(i golden) in the first cloud and 0.2 + 0.8 frac(i plastic) in the
 * second. The check is the norm of the gradient.
 */
async function divergenceGradient({ points, iterations, repeat }: DivergenceGradientSettings): Promise<BenchResult> {
  const cloud = (step: number, low: number): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: DIMENSION * points }, (_, i) => low + (1 - low) * (((i + 1) * step) % 1)),
      [points, DIMENSION],
    );
  const [x, y] = [cloud(GOLDEN, 0), cloud(PLASTIC, 0.2)];
  const masses = tf.fill([points], 1 / points);
  const divergenceOf = tf.valueAndGrad((x: tf.Tensor) =>
    sinkhornDivergence(masses, masses, pointCloud(x as tf.Tensor2D, y).kernel(EPSILON), { iterations }),
  );
  const { timing, value: gradient } = await best(repeat, async () => {
    const { value, grad } = divergenceOf(x);
    const read = await grad.data(); // waits for the device
    tf.dispose([value, grad]);
    return read;
  });
  tf.dispose([x, y, masses]);
  return {
    work: "divergence_gradient",
    epsilon: EPSILON,
    points,
    iterations,
    check: Math.hypot(...gradient),
    ...timing,
  };
}
