import { kmeans } from "ml-kmeans";
import type { Coordinates } from "../../geometry/geometry.ts";
import { directionsOf } from "../../geometry/point-directions.ts";
import { pointCloud } from "../../geometry/pointcloud.ts";
import { ndarray, rowOf, type NdArray } from "../../tensor/ndarray.ts";
import { Random } from "../../tensor/random.ts";
import { totalOf, type HostMarginals } from "../histograms.ts";
import { sinkhornHost } from "../sinkhorn/host.ts";
import { transportPlan } from "../sinkhorn/objective.ts";
import { roundToMarginals, type Factors } from "./factors.ts";

/** Points that k-means sees at most, for each cluster: more hardly move the centres. */
const SAMPLES_A_CLUSTER = 100;
/** Epsilon of the plans to the centres, as a share of the mean cost. */
const SOFTNESS = 0.02;
/** The share of the product coupling in a start: a zero would stay one. */
const SPREAD = 0.01;

/** Positive factors that meet the marginals: random rows, whose shares are exponential variates. */
export function randomStart({ a, b }: HostMarginals, rank: number, seed: number): Factors {
  const random = Random.fromSeed(seed);
  const g = new Float64Array(rank).fill(totalOf(a) / rank);
  const side = (masses: Float64Array): Float64Array => {
    const rows = random.fill(masses.length * rank, () => SPREAD - Math.log(1 - random.uniform()));
    masses.forEach((mass, i) => {
      const row = rowOf(rows, rank, i);
      const sum = totalOf(row);
      row.forEach((share, k) => (row[k] = (mass * share) / sum));
    });
    roundToMarginals(rows, masses, g);
    return rows;
  };
  return { q: side(a), r: side(b), g };
}

/**
 * Points x are joined to the centres of their clusters, and points y to the same centres, by entropic plans: the anchors of a
 * factored coupling (Forrow et al. 2019). Squared distances, of directions where the cost is cosine: it is a start, no more.
 */
export function clusterStart(
  { x, y, cost }: Coordinates,
  { a, b }: HostMarginals,
  rank: number,
  seed: number,
): Factors {
  const placed = (points: NdArray<Float64Array>): NdArray<Float64Array> =>
    cost === "cosine" ? ndarray(directionsOf(points.data, points.shape[1]), points.shape) : points;
  const [first, second] = [placed(x), placed(y)];
  const centres = centresOf(first, a, rank, seed);
  const g = weightsOf(first, centres, a);
  return { q: joined(first, centres, a, g), r: joined(second, centres, b, g), g };
}

/** Of points with mass; a sample of them where there are many. */
function centresOf(
  points: NdArray<Float64Array>,
  masses: Float64Array,
  rank: number,
  seed: number,
): NdArray<Float64Array> {
  const [count, d] = points.shape;
  const random = Random.fromSeed(seed);
  const present = random.permutation(count).filter((point) => masses[point] > 0);
  const rows = Array.from(present.subarray(0, rank * SAMPLES_A_CLUSTER), (point) =>
    Array.from(rowOf(points.data, d, point)),
  );
  while (rows.length < rank) rows.push(rows[rows.length % present.length]);
  const { centroids } = kmeans(rows, rank, {
    seed: random.integer(2 ** 31),
    initialization: "random",
    maxIterations: 30,
  });
  const finite = centroids.map((centre, k) => (centre.every(Number.isFinite) ? centre : rows[k]));
  return ndarray(Float64Array.from(finite.flat()), [rank, d]);
}

/** The masses of what is nearest to each centre, none of them zero. */
function weightsOf(points: NdArray<Float64Array>, centres: NdArray<Float64Array>, masses: Float64Array): Float64Array {
  const rank = centres.shape[0];
  const distances = pointCloud(points, centres, { lazy: false }).cost.data;
  const total = totalOf(masses);
  const g = new Float64Array(rank).fill((SPREAD * total) / rank);
  masses.forEach((mass, i) => {
    const row = rowOf(distances, rank, i);
    g[row.indexOf(row.reduce((least, value) => Math.min(least, value), Infinity))] += (1 - SPREAD) * mass;
  });
  return g;
}

function joined(
  points: NdArray<Float64Array>,
  centres: NdArray<Float64Array>,
  masses: Float64Array,
  g: Float64Array,
): Float64Array {
  const rank = g.length;
  const toCentres = pointCloud(points, centres, { lazy: false });
  const total = totalOf(masses);
  const mean = toCentres.cost.data.reduce((sum, value, at) => sum + value * masses[Math.floor(at / rank)], 0);
  const epsilon = (SOFTNESS * mean) / (rank * total) || 1; // all points may be one
  const plan = transportPlan(
    toCentres,
    sinkhornHost(masses, g, toCentres, { epsilon, maxIterations: 100, tolerance: 1e-2 }),
  ).data;
  for (let at = 0; at < plan.length; at++) {
    plan[at] = (1 - SPREAD) * plan[at] + (SPREAD * masses[Math.floor(at / rank)] * g[at % rank]) / total;
  }
  roundToMarginals(plan, masses, g);
  return plan;
}
