import { InputError, OptionError } from "../../errors.ts";
import { denseGeometry } from "../../geometry/dense.ts";
import type { NdArray } from "../../tensor/ndarray.ts";
import { Random } from "../../tensor/random.ts";
import { spreadStart } from "../../spaces/mixture-start.ts";
import { expectation, maximization, type Components } from "../../spaces/mixture-steps.ts";
import { sinkhornHost } from "../sinkhorn/host.ts";
import { transportPlan } from "../sinkhorn/objective.ts";
import { planarGaussianMap, type PlanarMatrix } from "./gaussian-map.ts";
import type { HostInitializer, HostProblem } from "./initializer.ts";

export interface MixtureStartOptions {
  /** Gaussians on either side; fewer where fewer points have mass. @default 4 */
  readonly components?: number;
  /** Of expectation and maximisation. @default 20 */
  readonly iterations?: number;
}

/** Added to the variances, a share of the extent of the points squared: no Gaussian collapses onto a point. */
const RIDGE = 1e-4;
/** The points that hold this share of the mass are those that Gaussians are fitted to. */
const HEAVY = 0.999;

/**
 * A potential between Gaussian mixtures that are fitted to both sides, for squared Euclidean costs in the plane: a start of this kind is
 * named by Thornton and Cuturi 2022, the form here is our own. The components are transported at the problem's epsilon, under their Bures-Wasserstein costs, by a plan w with duals psi; then
 * `g(y) = -epsilon log sum_kl w_kl / w_l exp((mean of g_kl under l - g_kl(y) - psi_l) / epsilon)` with the Gaussian potential g_kl between
 * two of them: a soft minimum, as a minimum of potentials is one. A fit takes as long as hundreds of iterations of the addon, and on images the start is no better than the
 * Gaussian one (eval/README.md): it is here to be compared with. Throws InputError for other costs or dimensions, OptionError.
 */
export function mixtureStart({ components = 4, iterations = 20 }: MixtureStartOptions = {}): HostInitializer {
  for (const [name, count] of Object.entries({ components, iterations })) {
    if (!Number.isInteger(count) || count < 1)
      throw new OptionError(name, `expected a whole number from 1 on, got ${count}`);
  }
  return { name: "mixture", hostPotential: (problem) => mixturePotential(problem, components, iterations) };
}

function mixturePotential(
  { geometry, a, b, epsilon }: HostProblem,
  components: number,
  iterations: number,
): Float64Array {
  const { coordinates } = geometry;
  if (coordinates?.cost !== "squared-euclidean" || coordinates.x.shape[1] !== 2) {
    const got = coordinates ? `cost ${coordinates.cost} in ${coordinates.x.shape[1]} dimensions` : "a cost matrix";
    throw new InputError(
      `mixture initialiser: expected squared Euclidean costs between points of the plane, got ${got}`,
    );
  }
  const [first, second] = [
    fitted(coordinates.x, a, components, iterations),
    fitted(coordinates.y, b, components, iterations),
  ];
  const [k, l] = [first.weights.length, second.weights.length];
  const maps = Array.from({ length: k * l }, (_, at) =>
    planarGaussianMap(covarianceOf(second, at % l), covarianceOf(first, Math.floor(at / l))),
  );
  const costs = Float64Array.from(maps, (map, at) => wasserstein2(first, Math.floor(at / l), second, at % l, map));
  const between = denseGeometry(costs, [k, l]);
  const solved = sinkhornHost(first.weights, second.weights, between, {
    epsilon,
    tolerance: 1e-6,
    maxIterations: 1000,
  });
  const plan = transportPlan(between, solved).data;
  // without the part of the masses, which densities do not have
  const duals = solved.g.map((value, to) => value - epsilon * Math.log(second.weights[to]));
  const links = maps.map((map, at) => {
    const [from, to] = [Math.floor(at / l), at % l];
    const level = duals[to] - epsilon * Math.log(plan[at] / second.weights[to]);
    return { level, potential: pairPotential(first, from, second, to, map) };
  });
  return b.map((_, point) => {
    const [y0, y1] = coordinates.y.data.subarray(2 * point, 2 * point + 2);
    const values = links.map(({ level, potential }) => -(level + potential(y0, y1)) / epsilon);
    const largest = Math.max(...values);
    return -epsilon * (largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0)));
  });
}

/** Gaussians of the points that hold nearly all of the mass. */
function fitted(
  points: NdArray<Float64Array>,
  masses: Float64Array,
  components: number,
  iterations: number,
): Components {
  const heavy = heaviest(masses);
  const n = heavy.length;
  const x = Float64Array.from(heavy.flatMap((point) => [points.data[2 * point], points.data[2 * point + 1]]));
  const total = heavy.reduce((sum, point) => sum + masses[point], 0);
  const weights = heavy.map((point) => (n * masses[point]) / total);
  const k = Math.min(components, n);
  const extent = points.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const responsibilities = spreadStart(x, n, 2, k, Random.fromSeed(0));
  const maximise = (): Components => {
    responsibilities.forEach((share, at) => (responsibilities[at] = share * weights[Math.floor(at / k)]));
    return maximization(x, n, 2, responsibilities, k, RIDGE * extent ** 2);
  };
  let found = maximise();
  for (let iteration = 1; iteration < iterations; iteration++) {
    expectation(x, n, 2, found, responsibilities);
    found = maximise();
  }
  return found;
}

/** Indices of the largest masses that hold `HEAVY` of the total. */
function heaviest(masses: Float64Array): number[] {
  const order = Array.from(masses.keys()).sort((i, j) => masses[j] - masses[i]);
  const wanted = HEAVY * masses.reduce((sum, mass) => sum + mass, 0);
  let sum = 0;
  const last = order.findIndex((point) => (sum += masses[point]) >= wanted);
  return order.slice(0, last + 1);
}

function covarianceOf({ covariances }: Components, of: number): PlanarMatrix {
  return [covariances[4 * of], covariances[4 * of + 1], covariances[4 * of + 3]];
}

/** |m - n|^2 + tr A + tr B - 2 tr(S B), with S the map from B to A. */
function wasserstein2(first: Components, from: number, second: Components, to: number, map: PlanarMatrix): number {
  const [a, b] = [covarianceOf(first, from), covarianceOf(second, to)];
  const apart = [0, 1].map((axis) => first.means[2 * from + axis] - second.means[2 * to + axis]);
  return Math.max(0, apart[0] ** 2 + apart[1] ** 2 + a[0] + a[2] + b[0] + b[2] - 2 * traceOfProduct(map, b));
}

/** The Gaussian potential between two components, less its mean under the second one. */
function pairPotential(first: Components, from: number, second: Components, to: number, map: PlanarMatrix) {
  const [m0, m1] = first.means.subarray(2 * from, 2 * from + 2);
  const [n0, n1] = second.means.subarray(2 * to, 2 * to + 2);
  const b = covarianceOf(second, to);
  const mean = n0 * (n0 - 2 * m0) + n1 * (n1 - 2 * m1) + b[0] + b[2] - traceOfProduct(map, b);
  return (y0: number, y1: number): number => {
    const [c0, c1] = [y0 - n0, y1 - n1];
    const curved = map[0] * c0 * c0 + 2 * map[1] * c0 * c1 + map[2] * c1 * c1;
    return y0 * (y0 - 2 * m0) + y1 * (y1 - 2 * m1) - curved - mean;
  };
}

function traceOfProduct(a: PlanarMatrix, b: PlanarMatrix): number {
  return a[0] * b[0] + 2 * a[1] * b[1] + a[2] * b[2];
}
