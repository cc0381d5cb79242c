import { drawHistograms } from "../../models/sinkinit/any-grid/histograms.ts";
import { ANY_GRID } from "../../models/sinkinit/any-grid/spec.ts";
import { drawAnyGridWeights, type AnyGridWeights } from "../../models/sinkinit/any-grid/weights.ts";
import type { ImageSize } from "../../src/data/resize.ts";
import { Random } from "../../src/tensor/random.ts";

/** Weights of the released shape that have not been trained, the last layer as large as the others. */
export function untrained(seed = 3): AnyGridWeights {
  const weights = drawAnyGridWeights(ANY_GRID, Random.fromSeed(seed));
  const { shape, data } = weights["output/kernel"];
  return { ...weights, "output/kernel": { shape, data: data.map((value) => 10 * value) } };
}

/** Random pairs of training histograms [pairs * points]. */
export function randomPairs(pairs: number, size: ImageSize, seed: number): { a: Float32Array; b: Float32Array } {
  const random = Random.fromSeed(seed);
  return { a: drawHistograms(pairs, size, random), b: drawHistograms(pairs, size, random) };
}
