import * as tf from "@tensorflow/tfjs-core";
import type { Geometry, TensorKernel } from "../../geometry/geometry.ts";
import { LOG_ZERO } from "../../geometry/log-matvec.ts";
import { checkPair, checkPairShapes } from "../histograms.ts";
import { startingPotential, type Initializer, type TensorProblem } from "../initializers/initializer.ts";
import { resolveInitializer } from "../initializers/by-name.ts";
import { ones } from "../initializers/ones.ts";
import { epsilonStages, type EpsilonScaling } from "./epsilon-scaling.ts";
import { nativeSinkhorn } from "./native.ts";
import { checkSinkhornOptions, requireThat, type SinkhornOptions, type SinkhornStatus } from "./options.ts";
import { resolveDomain, tensorDomain, type TensorDomain } from "./tensor-domain.ts";
import { withMasses, type TensorPotentials } from "./unrolled.ts";

export interface SinkhornTensorOptions extends SinkhornOptions {
  /** @default 2000 */
  readonly maxIterations?: number;
  /** For float32; below 1e-5 it may never be reached. @default 1e-4 */
  readonly tolerance?: number;
  /** An initialiser, or the name of one: see `registerInitializer`. @default ones */
  readonly initializer?: Initializer | string;
  /** Solves at larger epsilons first, each start being the solution before. @default none */
  readonly epsilonScaling?: EpsilonScaling;
  /** Iterations from one stopping test to the next: a test reads a number back from the device. @default 10 */
  readonly checkEvery?: number;
}

/** The caller disposes f and g. */
export interface SinkhornTensorResult extends TensorPotentials {
  /** Of all stages, if epsilon was scaled, and of the problem that needed most. */
  readonly iterations: number;
  /** The largest first-marginal L1 violation in the batch at each stopping test; a problem that has stopped keeps its last. */
  readonly errors: readonly number[];
  readonly status: SinkhornStatus;
  readonly domain: "log" | "scaling";
}

/**
 * Entropic optimal transport between a [..., n] and b [..., m] on the current tfjs backend (float32), batched, until the
 * worst problem meets the tolerance. Masses are read back once to be checked. `auto` takes scalings where the largest cost is
 * at most 40 epsilon, logarithms else. On the `wasm` backend the native addon solves each problem by itself, until that one
 * meets the tolerance, and `auto` takes scalings as long as they are exact to float32. Not for tf.tidy (it is async) and not on
 * the tape: see `sinkhornUnrolled`, `entropicCost`. Throws InputError for bad masses or options.
 */
export async function sinkhorn(
  geometry: Geometry,
  a: tf.Tensor,
  b: tf.Tensor,
  options: SinkhornTensorOptions,
): Promise<SinkhornTensorResult> {
  const { epsilon, epsilonScaling, checkEvery = 10 } = options;
  checkSinkhornOptions(options);
  const initializer = await resolveInitializer(options.initializer ?? ones);
  requireThat(Number.isInteger(checkEvery) && checkEvery > 0, "checkEvery", "a positive integer", checkEvery);
  const masses = await readMasses(geometry, a, b);
  const stages = epsilonScaling ? epsilonStages(geometry, epsilon, epsilonScaling) : [];
  let start = await initialPotential(initializer, { geometry, a, b, epsilon: stages[0]?.epsilon ?? epsilon }, masses);
  const errors: number[] = [];
  let iterations = 0;
  for (const [index, stage] of stages.entries()) {
    const result = await solveWith(geometry, a, b, start, { ...options, ...stage });
    const next = stages[index + 1]?.epsilon ?? epsilon;
    tf.dispose([start, result.f]);
    start = moveEpsilon(result.g, b, next - stage.epsilon);
    errors.push(...result.errors);
    iterations += result.iterations;
  }
  const last = await solveWith(geometry, a, b, start, options);
  start.dispose();
  return { ...last, errors: [...errors, ...last.errors], iterations: iterations + last.iterations };
}

async function solveWith(
  geometry: Geometry,
  a: tf.Tensor,
  b: tf.Tensor,
  start: tf.Tensor,
  options: SinkhornTensorOptions,
): Promise<SinkhornTensorResult> {
  const kernel = geometry.kernel(options.epsilon);
  try {
    return solveNatively(kernel, a, b, start, options) ?? (await iterate(kernel, a, b, start, options));
  } finally {
    kernel.dispose();
  }
}

function solveNatively(
  kernel: TensorKernel,
  a: tf.Tensor,
  b: tf.Tensor,
  start: tf.Tensor,
  options: SinkhornTensorOptions,
): SinkhornTensorResult | undefined {
  const { domain = "auto", maxIterations = 2000, tolerance = 1e-4, momentum = 1, checkEvery = 10 } = options;
  const run = { domain, start, iterations: maxIterations, tolerance, momentum, checkEvery };
  return nativeSinkhorn(kernel, a, b, run);
}

interface Variables {
  /** Undefined before the first iteration. */
  readonly first: tf.Tensor | undefined;
  readonly second: tf.Tensor | undefined;
  /** The first variable that follows from the second one. */
  readonly next: tf.Tensor;
}

async function iterate(
  kernel: TensorKernel,
  a: tf.Tensor,
  b: tf.Tensor,
  start: tf.Tensor,
  options: SinkhornTensorOptions,
): Promise<SinkhornTensorResult> {
  const { domain = "auto", maxIterations = 2000, tolerance = 1e-4, momentum = 1, checkEvery = 10 } = options;
  const inDomain = <T extends tf.TensorContainer>(compute: (steps: TensorDomain) => T): T =>
    tf.tidy(() => compute(tensorDomain(domain, kernel, a, b)));
  const errors: number[] = [];
  let status: SinkhornStatus = "max-iterations";
  let iterations = 0;
  let state: Variables = {
    first: undefined,
    second: undefined,
    next: inDomain((steps) => steps.firstFromPotential(start)),
  };
  while (iterations < maxIterations && status === "max-iterations") {
    const count = Math.min(checkEvery, maxIterations - iterations);
    const [first, second, next, worst] = inDomain((steps) => advance(steps, state, count, momentum));
    tf.dispose([state.first ?? [], state.second ?? [], state.next]);
    state = { first, second, next };
    iterations += count;
    const [error] = await worst.data();
    worst.dispose();
    errors.push(error);
    if (!Number.isFinite(error)) status = "non-finite";
    else if (error <= tolerance) status = "converged";
  }
  const potentials = inDomain(({ klPotential }) => ({
    f: withMasses(klPotential(state.first!), a, kernel.epsilon),
    g: withMasses(klPotential(state.second!), b, kernel.epsilon),
  }));
  tf.dispose([state.first!, state.second!, state.next]);
  return { ...potentials, iterations, errors, status, domain: resolveDomain(domain, kernel) };
}

/** Some iterations; returns the variables and the largest violation in the batch. */
function advance(steps: TensorDomain, state: Variables, count: number, momentum: number): tf.Tensor[] {
  let { first, second, next } = state;
  for (let step = 1; step <= count; step++) {
    first = first ? steps.relax(first, next, momentum) : next;
    const after = steps.second(first);
    // Plain before a stopping test, so that the second marginal is exact where the iteration may end.
    second = second && step < count ? steps.relax(second, after, momentum) : after;
    next = steps.first(second);
  }
  // A clone, since after a single iteration `first` is the `next` of before, which the caller frees.
  return [tf.clone(first!), second!, next, tf.max(steps.violation(first!, next))];
}

interface HostMasses {
  readonly a: Float64Array[];
  readonly b: Float64Array[];
}

/** Reads and checks the histograms of a batch. */
async function readMasses(geometry: Geometry, a: tf.Tensor, b: tf.Tensor): Promise<HostMasses> {
  checkPairShapes(a, b, geometry.shape);
  const rows = async (tensor: tf.Tensor): Promise<Float64Array[]> => {
    const data = Float64Array.from(await tensor.data());
    const length = tensor.shape[tensor.rank - 1];
    return Array.from({ length: data.length / length }, (_, row) => data.slice(row * length, (row + 1) * length));
  };
  const masses = { a: await rows(a), b: await rows(b) };
  masses.a.forEach((row, index) => checkPair(row, masses.b[index], geometry.shape));
  return masses;
}

/** g [..., m] from either kind of initialiser. */
async function initialPotential(
  initializer: Initializer,
  problem: TensorProblem,
  masses: HostMasses,
): Promise<tf.Tensor> {
  if ("tensorPotential" in initializer) return tf.tidy(() => initializer.tensorPotential(problem));
  const { geometry, epsilon, b } = problem;
  const rows = masses.a.map((a, index) => startingPotential(initializer, { geometry, a, b: masses.b[index], epsilon }));
  const stored = rows.flatMap((row) => Array.from(row, (value) => Math.max(value, LOG_ZERO)));
  return tf.tensor(Float32Array.from(stored), b.shape);
}

/** The part epsilon log b of g follows epsilon. Disposes g. */
function moveEpsilon(g: tf.Tensor, b: tf.Tensor, change: number): tf.Tensor {
  const moved = withMasses(g, b, change);
  g.dispose();
  return moved;
}
