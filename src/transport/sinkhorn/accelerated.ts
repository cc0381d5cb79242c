import type { Geometry } from "../../geometry/geometry.ts";
import type { Numbers } from "../../tensor/ndarray.ts";
import { previousSolution } from "../initializers/previous.ts";
import type { SinkhornHostResult } from "./exact-iterate.ts";
import { sinkhornHost, type SinkhornHostOptions } from "./host.ts";

/** Iterations after which the rate of convergence is looked at. */
const STAGE_ITERATIONS = 100;
/** Over-relaxation stays below this, so that a stage of it stays short. */
const MOST_MOMENTUM = 1.98;

/**
 * `sinkhornHost` with over-relaxation chosen on the way: where errors shrink by theta an iteration, omega = 2 / (1 + sqrt(1 -
 * theta)) is the best near the solution and makes that omega - 1 (Lehmann, von Renesse, Sambale, Uschmajew 2022), at theta = 0.9999
 * a hundred times fewer iterations. A stage that makes the error larger is given up, and omega falls back to one. The solution
 * is that of `sinkhornHost`; the errors are those of all stages.
 */
export function sinkhornAccelerated(
  a: Numbers,
  b: Numbers,
  geometry: Geometry,
  options: Omit<SinkhornHostOptions, "momentum" | "epsilonScaling" | "onIteration">,
): SinkhornHostResult {
  const { maxIterations = 10_000 } = options;
  const run = (left: number, momentum: number, from?: SinkhornHostResult) =>
    sinkhornHost(a, b, geometry, {
      ...options,
      momentum,
      maxIterations: Math.min(left, stageIterations(momentum)),
      ...(from && { initializer: previousSolution(from.g) }),
    });
  let best = run(maxIterations, 1);
  const errors = [...best.errors];
  let omega = 1;
  let rates = best.errors;
  while (best.status === "max-iterations" && errors.length < maxIterations) {
    omega = betterMomentum(rates, omega);
    const next = run(maxIterations - errors.length, omega, best);
    errors.push(...next.errors);
    if (next.status !== "non-finite" && (omega === 1 || next.errors.at(-1)! < best.errors.at(-1)!)) {
      best = next;
      rates = next.errors;
    } else {
      if (omega === 1) return { ...next, errors, iterations: errors.length };
      omega = 1;
      rates = []; // nothing is known of it here
    }
  }
  return { ...best, errors, iterations: errors.length };
}

/** Errors first grow, and then fall by omega - 1 an iteration: enough for several powers of e. */
function stageIterations(omega: number): number {
  return Math.max(STAGE_ITERATIONS, Math.ceil(10 / (2 - omega)));
}

/** The best over-relaxation by the rate at which errors shrank under `omega`, and that itself where they tell nothing. */
function betterMomentum(errors: readonly number[], omega: number): number {
  const half = errors.length >> 1;
  const rate = (errors[errors.length - 1] / errors[half]) ** (1 / (errors.length - 1 - half));
  if (!(rate > omega - 1 && rate < 1)) return omega;
  // the plain iteration's, of which the theory of over-relaxation knows (rate + omega - 1)^2 = omega^2 theta rate
  const theta = Math.min(1, (rate + omega - 1) ** 2 / (omega * omega * rate));
  return Math.min(MOST_MOMENTUM, 2 / (1 + Math.sqrt(1 - theta)));
}
