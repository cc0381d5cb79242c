import { ndarray } from "../../src/tensor/ndarray.ts";
import { emd } from "../../src/transport/exact/emd.ts";
import { best, GOLDEN, type BenchResult } from "./timing.ts";
import { numberOption } from "../../src/options.ts";
import { defineWork } from "./work.ts";

const EMD_SIZES = [1000, 2000, 4000];

export const emdWork = defineWork({
  description: "One exact transport problem between points of the plane, irregular and equal masses.",
  options: {
    size: numberOption({
      description: `points on either side (default: ${EMD_SIZES.join(", ")})`,
      default: undefined,
      least: 1,
      integer: true,
    }),
  },
  peer: "emd.py",
  async prepare({ size, repeat }) {
    const sizes = size === undefined ? EMD_SIZES : [size];
    return {
      ours: () => singleEmd({ sizes, repeat }),
      peerArguments: [...sizes.map(String), "--repeat", `${repeat}`],
    };
  },
});

/** Equal masses make an assignment, where most pivots move nothing. */
const MASSES = ["irregular", "equal"] as const;

interface EmdSettings {
  readonly sizes: readonly number[];
  readonly repeat: number;
}

/** One exact transport problem between two sets of points in the unit square, squared Euclidean cost, from nothing. */
async function singleEmd({ sizes, repeat }: EmdSettings): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const size of sizes) {
    const cost = squaredDistances(size);
    for (const masses of MASSES) {
      const [a, b] = [0, size].map((from) => normalised(size, (k) => (masses === "equal" ? 1 : irregular(from + k))));
      const { seconds, value: result } = await best(repeat, async () => emd(a, b, cost));
      const { value, pivots } = result;
      results.push({ work: "emd", size, masses, value, pivots, seconds });
    }
  }
  return results;
}

/** In [0.1, 1.1). */
function irregular(k: number): number {
  return 0.1 + fraction((k + 1) ** 2 * GOLDEN);
}

/** Between the points k and size + k of an irregular sequence in the unit square. */
function squaredDistances(size: number) {
  const x = (k: number): number => fraction((k + 1) * GOLDEN);
  const y = (k: number): number => fraction((k + 1) * Math.SQRT2);
  const data = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      data[i * size + j] = (x(i) - x(size + j)) ** 2 + (y(i) - y(size + j)) ** 2;
    }
  }
  return ndarray(data, [size, size]);
}

function normalised(size: number, mass: (k: number) => number): Float64Array {
  const masses = Float64Array.from({ length: size }, (_, k) => mass(k));
  const total = masses.reduce((sum, entry) => sum + entry, 0);
  return masses.map((entry) => entry / total);
}

function fraction(value: number): number {
  return value - Math.floor(value);
}
