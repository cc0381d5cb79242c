import { ndarray } from "../../src/tensor/ndarray.ts";
import { emd } from "../../src/transport/exact/emd.ts";
import { MASSES, massesOf, planarPoint } from "./planar-points.ts";
import { best, type BenchResult } from "./timing.ts";
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
  hostOnly: "exact transport goes pivot after pivot",
  async prepare({ size, repeat }) {
    const sizes = size === undefined ? EMD_SIZES : [size];
    return {
      ours: () => singleEmd({ sizes, repeat }),
      peerArguments: [...sizes.map(String), "--repeat", `${repeat}`],
    };
  },
});

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
      const [a, b] = [massesOf(masses, size, 0), massesOf(masses, size, size)];
      const { timing, value: result } = await best(repeat, async () => emd(a, b, cost));
      const { value, pivots } = result;
      results.push({ work: "emd", size, masses, value, pivots, ...timing });
    }
  }
  return results;
}

/** Between the points k and size + k of an irregular sequence in the unit square. */
function squaredDistances(size: number) {
  const points = Array.from({ length: 2 * size }, (_, k) => planarPoint(k));
  const data = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      data[i * size + j] = (points[i][0] - points[size + j][0]) ** 2 + (points[i][1] - points[size + j][1]) ** 2;
    }
  }
  return ndarray(data, [size, size]);
}
