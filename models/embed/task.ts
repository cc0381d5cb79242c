import type { Metrics, StepContext, StepOutcome, Task } from "../task.ts";
import { advance, areConverged, lowest, metricsOf, type Descents } from "./descents.ts";
import { embeddingOf } from "./couplings.ts";
import type { Embedding } from "./embedding.ts";
import { objectiveAt } from "./iterate.ts";
import type { EmbedProblem } from "./problem.ts";
import { checkSchedule, type Schedule } from "./schedule.ts";
import { randomStart } from "./starts.ts";
import { loadDescents, saveDescents } from "./descents-tree.ts";

export interface EmbedTaskSettings {
  readonly problem: EmbedProblem;
  readonly schedule: Schedule;
  readonly starts: number;
  /** A descent has converged once no more than this share of the mass of its couplings moves. */
  readonly tolerance: number;
  /** Dear metrics of the embedding with the lowest objective, given from outside. */
  readonly evaluate?: (embedding: Embedding) => Promise<Metrics>;
}

/**
 * Joint metric space embedding as a task of the training loop. A step is one step of block-coordinate descent of every start;
 * between two starts the loop may save and stop.
 */
export function embedTask({ problem, schedule, starts, tolerance, evaluate }: EmbedTaskSettings): Task<Descents> {
  checkSchedule(schedule);
  return {
    name: "embed",
    steps: schedule.outer,
    init: async (random) => ({
      iterates: Array.from({ length: starts }, () => randomStart(problem, random)),
      step: 0,
      next: 0,
    }),

    async step(state, context: StepContext): Promise<StepOutcome<Descents>> {
      const advanced = advance(problem, schedule, state, tolerance);
      if (advanced.next !== 0) {
        context.progress(advanced.next / starts, `start ${advanced.next} of ${starts}`);
        return { state: advanced, metrics: {}, unfinished: true };
      }
      const isDone = areConverged(advanced, schedule, tolerance);
      const done = isDone ? `converged: at most ${tolerance} of the mass moves` : undefined;
      return { state: advanced, metrics: metricsOf(advanced, schedule, tolerance), done };
    },

    ...(evaluate && { evaluate: (state: Descents) => evaluate(best(state, schedule.lambda)) }),
    save: saveDescents,
    load: (tree) => loadDescents(tree, problem),
  };
}

/** The embedding with the lowest objective. */
function best({ iterates }: Descents, lambda: number): Embedding {
  const iterate = iterates[lowest(iterates, lambda)];
  return embeddingOf(iterate.couplings, objectiveAt(iterate, lambda));
}
