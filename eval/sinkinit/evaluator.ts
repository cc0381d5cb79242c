import { geometryOf, problemOfRun, specOfRun } from "../../models/sinkinit/setup.ts";
import { initializerOf } from "../../models/sinkinit/file.ts";
import type { Evaluation, Evaluator } from "../evaluator.ts";
import { compareStarts, type MethodFigures } from "./compare.ts";
import { evaluationPairs } from "./pairs.ts";
import { sinkinitPictures } from "./pictures.ts";
import { sinkinitReport } from "./report.ts";
import { SINKINIT_CURVES, SINKINIT_RESULTS } from "./shown.ts";

/**
 * Evaluates a learned start on pairs of images that training never saw, beside ones and Gaussian: iterations to 1% of the
 * transport cost and of the marginals, errors over the first 30 iterations, and time, the network's own included.
 */
export const sinkinitEvaluator: Evaluator = {
  task: "sinkinit",
  curves: SINKINIT_CURVES,
  results: SINKINIT_RESULTS,
  async evaluate(run, { dataset }) {
    const problem = problemOfRun(run.config.options);
    const learned = initializerOf(specOfRun(run.config.options), run.state, "approximator");
    try {
      const pairs = evaluationPairs(dataset, problem.extent);
      const [count] = pairs.mu.shape;
      const methods = await compareStarts(learned, pairs, geometryOf(problem), problem.epsilon);
      const last = run.history.at(-1);
      const summary = {
        data: dataset.name,
        pairs: count,
        ...Object.fromEntries(methods.map((method) => [method.name, summaryOf(method)])),
        loss: last?.["loss"],
        skipped_targets: last?.["skipped"],
        samples: last && last["step"] * (run.config.options["batch"] as number),
        seconds: last?.["seconds"],
      };
      return {
        summary,
        arrays: Object.fromEntries(
          methods.map(({ name, iterationsToCost, iterationsToViolation }) => [
            `iterations_${name}`,
            { shape: [2, count], data: Float64Array.of(...iterationsToCost, ...iterationsToViolation) },
          ]),
        ),
        pictures: sinkinitPictures(methods, run.history),
        report: (pictures) => sinkinitReport(methods, pictures, summary, run),
      } satisfies Evaluation;
    } finally {
      learned.dispose();
    }
  },
};

function summaryOf(method: MethodFigures) {
  return {
    iterations_to_cost: method.toCost,
    iterations_to_violation: method.toViolation,
    median_error_after_two: method.medianErrorAfterTwo,
    milliseconds_to_cost: method.milliseconds,
    milliseconds_of_start: method.startMilliseconds,
  };
}
