import { InputError } from "../../../src/errors.ts";
import { float64Of, ndarray, type NdArray } from "../../../src/tensor/ndarray.ts";
import { checkCount, checkTolerance, requireThat } from "../../../src/transport/sinkhorn/options.ts";
import { couplingOf, entropicCoupling, squaredCost, type Coupling } from "./coupling.ts";
import { procrustes, rotated } from "./procrustes.ts";
import { guttmanTransform, jointStep, type Configuration } from "./smacof.ts";
import { alignedStart, ownEmbedding } from "./start.ts";

export interface JmdsOptions {
  /** d of the space R^d that both sets are put into. @default 2 */
  readonly dimension?: number;
  /** Weight of the transport between the sets beside the two stresses. @default 1 */
  readonly lambda?: number;
  /** Strength of the entropy at the end, in squared units of the dissimilarities. @default 0.01 times the largest, squared */
  readonly epsilon?: number;
  /** Strength at the start, from which it falls geometrically over the first half of the iterations. @default 10 epsilon */
  readonly startEpsilon?: number;
  /** Alternations of coupling, rotation and SMACOF. @default 50 */
  readonly iterations?: number;
  /** Steps of SMACOF in each. @default 10 */
  readonly steps?: number;
  /** Stop when the objective falls by less than this share from one iteration to the next at the last epsilon. @default 1e-6 */
  readonly tolerance?: number;
  /** Random rotations that Wasserstein Procrustes starts from. @default 8 */
  readonly starts?: number;
  /** Of these. @default 0 */
  readonly seed?: number;
  /** A plan [n, m] to start from, as that of Gromov-Wasserstein, in place of the rotations. @default none */
  readonly coupling?: NdArray;
}

/** The objective and its parts after an iteration. */
export interface JmdsRecord {
  readonly epsilon: number;
  /** Mean of (|x_i - x_k| - dX_ik)^2 over all ordered pairs. */
  readonly stressX: number;
  readonly stressY: number;
  /** <P, |x_i - y_j|^2> */
  readonly transportCost: number;
  /** stressX + stressY + lambda (transportCost + epsilon KL(P | uniform)) */
  readonly objective: number;
}

export interface JmdsResult {
  /** [n, d] */
  readonly x: NdArray<Float64Array>;
  /** [m, d] */
  readonly y: NdArray<Float64Array>;
  /** [n, m], marginals uniform. */
  readonly coupling: NdArray<Float64Array>;
  /** One an iteration. */
  readonly history: readonly JmdsRecord[];
  readonly status: "converged" | "max-iterations" | "non-finite";
}

/**
 * Joint multidimensional scaling (Chen, Fan, Oliver & Borgwardt 2023) of dissimilarities dX [n, n] and dY [m, m], as Beier et al.
 * 2025 restate it (section 5): points x and y in R^d with uniform weights and a coupling P that minimise
 *
 *     stress(x, dX) + stress(y, dY) + lambda (<P, |x_i - y_j|^2> + epsilon KL(P | uniform)),
 *
 * by turns in P (entropic transport, epsilon falling), in a rotation of x (Procrustes) and in the points (SMACOF). No
 * turn and no fall of epsilon raises the objective. What is found is a local optimum that hangs on the start. In float64, O(n^2 + m^2 + n m) memory and time a step.
 *
 * The dissimilarities are compared with each other: bring both to one scale first.
 *
 * @throws InputError unless both are square, symmetric, finite and not negative; OptionError
 */
export function jmds(dX: NdArray, dY: NdArray, options: JmdsOptions = {}): JmdsResult {
  const [first, second] = [checkedDissimilarities(dX, "dX"), checkedDissimilarities(dY, "dY")];
  const [n, m] = [first.shape[0], second.shape[0]];
  const settings = resolve(options, Math.max(largestOf(first), largestOf(second)));
  const { dimension, lambda, epsilon: lastEpsilon, startEpsilon, iterations, steps, tolerance } = settings;

  let x = ownEmbedding(first, dimension);
  let y = ownEmbedding(second, dimension);
  let coupling = options.coupling && couplingOf(checkedPlan(options.coupling, n, m), n, m, dimension);
  if (!coupling) {
    const start = alignedStart(x, y, startEpsilon, settings.starts, settings.seed);
    x = { ...x, points: start.points };
    ({ coupling } = start);
  }

  const history: JmdsRecord[] = [];
  let status: JmdsResult["status"] = "max-iterations";
  const falling = Math.max(1, Math.floor(iterations / 2));
  for (let iteration = 0; iteration < iterations; iteration++) {
    const epsilon = startEpsilon * (lastEpsilon / startEpsilon) ** Math.min(1, iteration / falling);
    if (iteration > 0) coupling = betterCoupling(x, y, epsilon, coupling);
    x = { ...x, points: rotated(x.points, procrustes(x.points, coupling.ofSecond(y.points), dimension)) };
    for (let step = 0; step < steps; step++) [x, y] = jointStep([x, y], lambda, coupling);
    const transportCost = squaredCost(x.points, y.points, dimension, coupling);
    const [stressX, stressY] = [guttmanTransform(x).stress, guttmanTransform(y).stress];
    const objective = stressX + stressY + lambda * (transportCost + epsilon * coupling.kl);
    history.push({ epsilon, stressX, stressY, transportCost, objective });
    if (!Number.isFinite(objective)) {
      status = "non-finite";
      break;
    }
    const before = history.at(-2);
    if (before?.epsilon === lastEpsilon && before.objective - objective <= tolerance * before.objective) {
      status = "converged";
      break;
    }
  }
  return {
    x: ndarray(x.points, [n, dimension]),
    y: ndarray(y.points, [m, dimension]),
    coupling: ndarray(coupling.plan, [n, m]),
    history,
    status,
  };
}

/** The coupling of the points as they are now, unless the old one is no worse, which the transport's tolerance allows. */
function betterCoupling(x: Configuration, y: Configuration, epsilon: number, before: Coupling): Coupling {
  const coupling = entropicCoupling(x.points, y.points, x.dimension, epsilon, before.potential);
  const cost = (plan: Coupling) => squaredCost(x.points, y.points, x.dimension, plan) + epsilon * plan.kl;
  return cost(coupling) < cost(before) ? coupling : before;
}

function resolve(options: JmdsOptions, largest: number) {
  const { dimension = 2, lambda = 1, iterations = 50, steps = 10, starts = 8, seed = 0, tolerance = 1e-6 } = options;
  const { epsilon = 0.01 * largest ** 2 } = options;
  const { startEpsilon = 10 * epsilon } = options;
  for (const [option, count] of Object.entries({ dimension, iterations, steps, starts })) checkCount(count, option);
  requireThat(lambda >= 0 && lambda < Infinity, "lambda", "a finite number >= 0", lambda);
  requireThat(epsilon > 0 && epsilon < Infinity, "epsilon", "a positive number", epsilon);
  requireThat(startEpsilon >= epsilon && startEpsilon < Infinity, "startEpsilon", "a number >= epsilon", startEpsilon);
  checkTolerance(tolerance, "tolerance");
  return { dimension, lambda, epsilon, startEpsilon, iterations, steps, starts, seed, tolerance };
}

function checkedDissimilarities({ shape, data }: NdArray, name: string): NdArray<Float64Array> {
  const [count] = shape;
  if (shape.length !== 2 || count !== shape[1] || count < 2) {
    throw new InputError(`jmds: expected ${name} as [n, n] with n of at least 2, got [${shape.join(", ")}]`);
  }
  const matrix = ndarray(float64Of(data, name), shape);
  const bad = matrix.data.findIndex((entry, at) => {
    const mirrored = matrix.data[(at % count) * count + Math.floor(at / count)];
    return !(entry >= 0 && entry < Infinity && Math.abs(entry - mirrored) <= ASYMMETRY * entry);
  });
  if (bad >= 0 || largestOf(matrix) === 0) {
    const at = Math.max(0, bad);
    throw new InputError(
      `jmds: expected ${name} symmetric, finite, not negative and not all zero, got ${matrix.data[at]} at ` +
        `[${Math.floor(at / count)}, ${at % count}]`,
    );
  }
  return matrix;
}

/** What rounding makes of a symmetric matrix. */
const ASYMMETRY = 1e-9;

function largestOf({ data }: NdArray<Float64Array>): number {
  return data.reduce((most, entry) => Math.max(most, entry), 0);
}

/** A copy of a plan, which may be of any mass. */
function checkedPlan({ shape, data }: NdArray, n: number, m: number): Float64Array {
  const plan = Float64Array.from(float64Of(data, "coupling"));
  const total = plan.reduce((sum, mass) => sum + mass, 0);
  requireThat(shape.join() === `${n},${m}`, "coupling", `shape [${n}, ${m}]`, `[${shape.join(", ")}]`);
  requireThat(plan.every((mass) => mass >= 0) && total > 0 && total < Infinity, "coupling", "masses >= 0", "others");
  return plan.map((mass) => mass / total);
}
