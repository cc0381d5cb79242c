import { resolveOptions } from "../../src/options.ts";
import type { Space } from "../../src/spaces/space.ts";
import type { Target } from "../../src/spaces/target.ts";
import { Random } from "../../src/tensor/random.ts";
import type { Metrics } from "../task.ts";
import { advance, areConverged, metricsOf, type Descents } from "./descents.ts";
import { embeddingOf } from "./couplings.ts";
import type { Embedding } from "./embedding.ts";
import { objectiveAt } from "./iterate.ts";
import { descentOptions, scheduleOf, type DescentOptions } from "./options.ts";
import { embedProblem } from "./problem.ts";
import { checkSchedule } from "./schedule.ts";
import { randomStart } from "./starts.ts";

/** Options of the descent, with the names and defaults of the command line, and what only a program asks for. */
export interface JointEmbeddingOptions extends Partial<DescentOptions> {
  /** Drives the starts. @default 0 */
  readonly seed?: number;
  /** Called after each step of all starts. */
  readonly onStep?: (metrics: Metrics) => void;
}

export interface JointEmbedding extends Embedding {
  /** Whether the descents came to rest before `outer` steps. */
  readonly converged: boolean;
  /** Steps of block-coordinate descent. */
  readonly steps: number;
  /** The objective of every start; the embedding is that of the lowest. */
  readonly objectives: readonly number[];
}

/**
 * Puts two metric measure spaces that share no features into one target space (Beier, Piening, Beinert, Steidl 2025): minimises
 *
 *     W^2(image of X, image of Y) + lambda (GW^2(X, its image) + GW^2(Y, its image))
 *
 * over couplings of X and Y with the target, by block-coordinate descent on the bi-convex relaxation with entropic
 * regularisation, from several random starts. Float64 on the host, with native kernels where they are there: a step takes
 * O(n^2 nz) operations and O(n nz) memory a start beside the distances. The problem is not convex: the result is the best local
 * optimum that was found, and data with symmetries have several that are equally good.
 *
 * @throws OptionError for a bad option; RunError where epsilon is too small for float64
 */
export function jointEmbedding(
  x: Space,
  y: Space,
  target: Target,
  { seed = 0, onStep, ...given }: JointEmbeddingOptions = {},
): JointEmbedding {
  const options = resolveOptions(descentOptions, given);
  const schedule = scheduleOf(options);
  checkSchedule(schedule);
  const problem = embedProblem(x, y, target);
  const random = Random.fromSeed(seed);
  let descents: Descents = {
    iterates: Array.from({ length: options.starts }, () => randomStart(problem, random)),
    step: 0,
    next: 0,
  };
  let converged = false;
  while (descents.step < schedule.outer && !converged) {
    descents = advance(problem, schedule, descents, options.tolerance);
    if (descents.next !== 0) continue;
    onStep?.(metricsOf(descents, schedule, options.tolerance));
    converged = areConverged(descents, schedule, options.tolerance);
  }
  const found = descents.iterates.map((iterate) => ({ iterate, objective: objectiveAt(iterate, schedule.lambda) }));
  const objectives = found.map(({ objective }) => objective.value);
  const { iterate, objective } = found[objectives.indexOf(Math.min(...objectives))];
  return { ...embeddingOf(iterate.couplings, objective), converged, steps: descents.step, objectives };
}
