import type { Points } from "../../../geometry/points.ts";
import { ndarray } from "../../../tensor/ndarray.ts";
import { statusOf } from "../report.ts";
import { checkFreeSupport, type FreeSupportProblem, type Measure } from "./problem.ts";
import type { FreeSupportBarycenter, FreeSupportOptions } from "./options.ts";
import {
  entropicTransport,
  exactTransport,
  selfTransport,
  type EntropicSettings,
  type Transport,
  type Transported,
} from "./transport.ts";

/**
 * A Wasserstein barycenter whose points move: the N points (and masses, if asked) that minimise sum_s w_s OT(barycenter, cloud s)
 * under squared Euclidean costs, for clouds of any sizes [M_s, d]. A step sends each point to the weighted mean of where the plans
 * send it (Cuturi and Doucet 2014, Algorithm 2 with theta = 1; Alvarez-Esteban et al. 2016), so that no step makes the objective
 * larger; it ends in a local minimum, which depends on the start. Plans are exact (network simplex) or, with an `epsilon`, entropic.
 *
 * `debiased`: sum_s w_s S_epsilon for the Sinkhorn divergence; a point moves by the difference of that mean and of where the plan of
 * the barycenter with itself sends it, half as far whenever the last step made the objective larger. `learnMasses`: before the
 * points, the masses move along the mean of the first potentials, `a <- a exp(-t slope)` (Algorithm 1 there), t doubled after a step
 * that made the objective no larger, and halved until it is one.
 *
 * Float64 on the host. Throws InputError for what is no problem.
 */
export function freeSupportBarycenter(clouds: readonly Points[], options: FreeSupportOptions): FreeSupportBarycenter {
  const problem = checkFreeSupport(clouds, options);
  const { maxIterations = 100, tolerance = 1e-7, learnMasses = false } = options;
  const solve = solverOf(problem, options);
  const objectives: number[] = [];
  let now = problem.start;
  let error = Infinity;
  let share = 1;
  let rate = Infinity;
  while (objectives.length < maxIterations && error > tolerance) {
    let found = solve(now);
    const before = objectives.at(-1);
    objectives.push(found.value);
    if (!found.isFinite || !Number.isFinite(found.value)) {
      error = NaN;
      break;
    }
    if (options.debiased && before !== undefined && found.value > before) share /= 2;
    const better = learnMasses ? withBetterMasses(now, found, rate, solve) : undefined;
    const masses = better?.masses ?? now.masses;
    if (better) ({ rate, found } = better);
    const points = now.points.data.map((value, i) => value + share * (found.images[i] - value));
    const moved = masses.reduce((sum, mass, i) => sum + Math.abs(mass - now.masses[i]), 0);
    error = Math.max(moved, moveOf(now, points) / (problem.extent || 1));
    now = { points: ndarray(points, now.points.shape), masses };
  }
  return {
    support: now.points,
    masses: now.masses,
    objectives,
    iterations: objectives.length,
    error,
    status: statusOf(error, tolerance),
  };
}

/** The weighted mean of the transports to all clouds: the objective, where it sends the points, its gradient in the masses. */
function solverOf({ clouds, weights }: FreeSupportProblem, options: FreeSupportOptions): (now: Measure) => Transported {
  const { epsilon, innerTolerance = 1e-9, innerMaxIterations = 10_000 } = options;
  if (epsilon === undefined) return (now) => meanOf(now, clouds, weights, exactTransport);
  const settings: EntropicSettings = { epsilon, tolerance: innerTolerance, maxIterations: innerMaxIterations };
  const transport = entropicTransport(settings);
  if (!options.debiased) return (now) => meanOf(now, clouds, weights, transport);
  const self = selfTransport(settings);
  const ofClouds = clouds.reduce((sum, cloud, s) => sum + (weights[s] * self(cloud).value) / 2, 0);
  return (now) => {
    const mean = meanOf(now, clouds, weights, transport);
    const own = self(now);
    return {
      value: mean.value - own.value / 2 - ofClouds,
      images: mean.images.map((image, i) => now.points.data[i] + image - own.images[i]),
      slopes: mean.slopes.map((slope, i) => slope - own.slopes[i]),
      isFinite: mean.isFinite && own.isFinite,
    };
  };
}

function meanOf(now: Measure, clouds: readonly Measure[], weights: Float64Array, transport: Transport): Transported {
  const images = new Float64Array(now.points.data.length);
  const slopes = new Float64Array(now.masses.length);
  let value = 0;
  let isFinite = true;
  clouds.forEach((cloud, s) => {
    if (weights[s] === 0) return;
    const one = transport(now, cloud, s);
    value += weights[s] * one.value;
    for (let i = 0; i < images.length; i++) images[i] += weights[s] * one.images[i];
    for (let i = 0; i < slopes.length; i++) slopes[i] += weights[s] * one.slopes[i];
    isFinite &&= one.isFinite;
  });
  return { value, images, slopes, isFinite };
}

/** Root of the mean square move of the mass. */
function moveOf({ points, masses }: Measure, moved: Float64Array): number {
  const dimension = points.shape[1];
  let sum = 0;
  for (let i = 0; i < moved.length; i++) sum += masses[Math.floor(i / dimension)] * (moved[i] - points.data[i]) ** 2;
  return Math.sqrt(sum);
}

/** Halvings of a step before the masses stay as they are. */
const MOST_TRIES = 12;

/** A step of mirror descent in the relative entropy that does not make the objective larger, and the next one's rate. */
function withBetterMasses(now: Measure, found: Transported, rate: number, solve: (now: Measure) => Transported) {
  const { masses } = now;
  const mean = found.slopes.reduce((sum, slope, i) => sum + masses[i] * slope, 0);
  const spread = found.slopes.reduce((most, slope) => Math.max(most, Math.abs(slope - mean)), 0);
  let step = Math.min(rate, 1 / spread); // no mass changes by more than a factor e
  for (let tries = 0; spread > 0 && tries < MOST_TRIES; tries++, step /= 2) {
    const moved = masses.map((mass, i) => mass * Math.exp(-step * (found.slopes[i] - mean)));
    const total = moved.reduce((sum, mass) => sum + mass, 0);
    const candidate = { points: now.points, masses: moved.map((mass) => mass / total) };
    const next = solve(candidate);
    if (next.isFinite && next.value <= found.value) return { masses: candidate.masses, found: next, rate: 2 * step };
  }
  return { masses, found, rate: step };
}
