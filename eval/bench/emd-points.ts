import { numberOption } from "../../src/options.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { chooseEmd } from "../../src/transport/exact/choose.ts";
import { pointCosts } from "../../src/transport/exact/point-costs.ts";
import { MASSES, massesOf, planarPoint } from "./planar-points.ts";
import { best, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

export const emdPointsWork = defineWork({
  description:
    "One exact transport problem between points of the plane without a cost matrix, irregular and equal masses.",
  options: {
    size: numberOption({ description: "points on either side", default: 10000, least: 1, integer: true }),
  },
  peer: "emd_points.py",
  async prepare({ size, repeat }) {
    return {
      ours: () => emdOfPoints(size, repeat),
      peerArguments: ["--size", `${size}`, "--repeat", `${repeat}`],
    };
  },
});

/** In the unit square, so that no squared distance is above two. */
const LARGEST = 2;

async function emdOfPoints(size: number, repeat: number): Promise<BenchResult[]> {
  const side = (from: number) =>
    ndarray(Float64Array.from(Array.from({ length: size }, (_, k) => planarPoint(from + k)).flat()), [size, 2]);
  const { points } = pointCosts({ x: side(0), y: side(size), cost: "squared-euclidean" }, LARGEST);
  const results: BenchResult[] = [];
  for (const masses of MASSES) {
    const [a, b] = [massesOf(masses, size, 0), massesOf(masses, size, size)];
    const solve = async () => chooseEmd()({ a, b, cost: points, maxPivots: Infinity });
    const { seconds, value: result } = await best(repeat, solve);
    results.push({ work: "emd_points", size, masses, value: result.value, pivots: result.pivots, seconds });
  }
  return results;
}
