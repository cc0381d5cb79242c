import { ndarray } from "../../../src/tensor/ndarray.ts";
import type { Random } from "../../../src/tensor/random.ts";
import type { ImageSize } from "../../../src/data/resize.ts";
import type { Pairs } from "../pairs.ts";

/** Masses on a grid of this size, row-major, of any total. */
type Draw = (random: Random, size: ImageSize) => Float64Array;

/** Inputs unlike images: what a start that was learned on textures may not know. Masses are zero where nothing lies. */
const DRAWS = {
  /** One to five pixels of exponential masses. */
  points(random, [height, width]) {
    const out = new Float64Array(height * width);
    for (let left = 1 + random.integer(5); left > 0; left--) out[random.integer(out.length)] += exponential(random);
    return out;
  },
  /** Two to five round Gaussians of deviation 0.02 to 0.12 of the side. */
  mixtures(random, [height, width]) {
    const out = new Float64Array(height * width);
    for (let left = 2 + random.integer(4); left > 0; left--) {
      const [row, column, mass] = [random.uniform(), random.uniform(), exponential(random)];
      const deviation = 0.02 + 0.1 * random.uniform();
      for (let at = 0; at < out.length; at++) {
        const [dy, dx] = [Math.floor(at / width) / (height - 1) - row, (at % width) / (width - 1) - column];
        out[at] += (mass / deviation ** 2) * Math.exp(-(dy * dy + dx * dx) / (2 * deviation ** 2));
      }
    }
    return out.map((mass) => (mass > 1e-12 ? mass : 0));
  },
  /** 20 to 79 pixels anywhere, the k-th of mass 1 / k, as words in a text. */
  documents(random, [height, width]) {
    const out = new Float64Array(height * width);
    const words = 20 + random.integer(60);
    for (let rank = 1; rank <= words; rank++) out[random.integer(out.length)] += 1 / rank;
    return out;
  },
  /** An exponential mass at every pixel. */
  noise: (random, [height, width]) => random.fill(height * width, () => exponential(random)),
  pixel(random, [height, width]) {
    const out = new Float64Array(height * width);
    out[random.integer(out.length)] = 1;
    return out;
  },
} as const satisfies Readonly<Record<string, Draw>>;

/** Generated pairs by name: both sides of a kind, and one pixel against a mixture. */
const PAIRS: Readonly<Record<string, readonly [keyof typeof DRAWS, keyof typeof DRAWS]>> = {
  points: ["points", "points"],
  mixtures: ["mixtures", "mixtures"],
  documents: ["documents", "documents"],
  noise: ["noise", "noise"],
  pixel: ["pixel", "mixtures"],
};

export const GENERATED: readonly string[] = Object.keys(PAIRS);

/** Pairs of a generated kind. The same generator state gives the same pairs. */
export function generatedPairs(kind: string, size: ImageSize, count: number, random: Random): Pairs {
  const [first, second] = PAIRS[kind];
  const points = size[0] * size[1];
  const [mu, nu] = [new Float64Array(count * points), new Float64Array(count * points)];
  for (let pair = 0; pair < count; pair++) {
    mu.set(normalised(DRAWS[first](random, size)), pair * points);
    nu.set(normalised(DRAWS[second](random, size)), pair * points);
  }
  return { mu: ndarray(mu, [count, points]), nu: ndarray(nu, [count, points]) };
}

function exponential(random: Random): number {
  return -Math.log(1 - random.uniform());
}

function normalised(masses: Float64Array): Float64Array {
  const total = masses.reduce((sum, mass) => sum + mass, 0);
  return masses.map((mass) => mass / total);
}
