import { pointCloud } from "../../src/geometry/pointcloud.ts";
import { numberOption } from "../../src/options.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { emd } from "../../src/transport/exact/emd.ts";
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
  hostOnly: "exact transport goes pivot after pivot",
  async prepare({ size, repeat }) {
    return {
      ours: () => emdOfPoints(size, repeat),
      peerArguments: ["--size", `${size}`, "--repeat", `${repeat}`],
    };
  },
});

async function emdOfPoints(size: number, repeat: number): Promise<BenchResult[]> {
  const side = (from: number) =>
    ndarray(Float64Array.from(Array.from({ length: size }, (_, k) => planarPoint(from + k)).flat()), [size, 2]);
  const cloud = pointCloud(side(0), side(size), { lazy: true });
  const results: BenchResult[] = [];
  for (const masses of MASSES) {
    const [a, b] = [massesOf(masses, size, 0), massesOf(masses, size, size)];
    const { timing, value: result } = await best(repeat, async () => emd(a, b, cloud));
    results.push({ work: "emd_points", size, masses, value: result.value, pivots: result.pivots, ...timing });
  }
  return results;
}
