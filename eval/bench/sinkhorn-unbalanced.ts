import { denseGeometry } from "../../src/geometry/dense.ts";
import { numberOption } from "../../src/options.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { sinkhornHost } from "../../src/transport/sinkhorn/host.ts";
import { entropicValues } from "../../src/transport/sinkhorn/objective.ts";
import { best, type BenchResult } from "./timing.ts";
import { defineWork } from "./work.ts";

export const sinkhornUnbalancedWork = defineWork({
  description: "Unbalanced Sinkhorn in float64 between two clouds of unequal totals, to a tolerance, at two penalties.",
  options: { points: numberOption({ description: "points of each cloud", default: 1000, least: 2, integer: true }) },
  peer: "sinkhorn_unbalanced.py",
  async prepare({ points, repeat }) {
    return {
      ours: async () => sinkhornUnbalanced(points, repeat),
      peerArguments: ["--points", `${points}`, "--repeat", `${repeat}`],
    };
  },
});

const EPSILON = 0.05;
const RUNS = [
  { rho: 1, against: "POT" },
  { rho: 1, against: "OTT" },
  { rho: 100, against: "POT" },
  { rho: 100, against: "OTT" },
] as const;

/** Multiples of these, modulo one, spread evenly over the unit interval. */
const STRIDES = [0.6180339887498949, 0.7548776662466927, 0.5698402909980532, 0.8191725133961645] as const;

/**
 * `sinkhornHost` until an iteration changes 1e-9 of the mass, squared distances of two clouds in the unit square as a matrix. The peers
 * stop at the same change. A result for each peer.
 */
async function sinkhornUnbalanced(points: number, repeat: number): Promise<BenchResult[]> {
  const spread = (stride: number): Float64Array =>
    Float64Array.from({ length: points }, (_, k) => ((k + 1) * stride) % 1);
  const [x0, x1, y0, y1] = STRIDES.map(spread);
  const cost = Float64Array.from({ length: points * points }, (_, at) => {
    const [i, j] = [Math.floor(at / points), at % points];
    return (x0[i] - 0.8 * y0[j] - 0.2) ** 2 + (x1[i] - 0.8 * y1[j] - 0.2) ** 2;
  });
  const geometry = denseGeometry(ndarray(cost, [points, points]));
  const withTotal = (masses: Float64Array, total: number): Float64Array => {
    const sum = masses.reduce((all, mass) => all + mass, 0);
    return masses.map((mass) => (mass * total) / sum);
  };
  const a = withTotal(
    x0.map((value) => value + 0.1),
    1,
  );
  const b = withTotal(
    x1.map((value) => value * value + 0.1),
    1.5,
  );
  const results: BenchResult[] = [];
  for (const { rho, against } of RUNS) {
    const { seconds, value } = await best(repeat, async () => sinkhornHost(a, b, geometry, { epsilon: EPSILON, rho }));
    const check = entropicValues(a, b, geometry, value).objective;
    const { iterations } = value;
    results.push({ work: "sinkhorn_unbalanced", against, epsilon: EPSILON, rho, points, iterations, check, seconds });
  }
  return results;
}
