import { completeSinkinit } from "../../models/sinkinit/presets.ts";
import { sinkinitOptions } from "../../models/sinkinit/options.ts";
import { approximatorSpec, geometryOf } from "../../models/sinkinit/setup.ts";
import { initializerOf } from "../../models/sinkinit/file.ts";
import { pickOptions } from "../../src/options.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import type { Evaluation, Evaluator } from "../evaluator.ts";
import { compareStarts, type MethodFigures } from "./compare.ts";
import { sinkinitPictures } from "./pictures.ts";
import { sinkinitReport } from "./report.ts";

/** Pairs of the paper's evaluation; fewer where there are not as many. */
const MOST_PAIRS = 500;

/**
 * Evaluates a learned start on pairs of images that training never saw, beside ones and Gaussian: iterations to 1% of the
 * transport cost and of the marginals, errors over the first 30 iterations, and time, the network's own included.
 */
export const sinkinitEvaluator: Evaluator = {
  task: "sinkinit",
  async evaluate(run, { dataset }) {
    const options = completeSinkinit(pickOptions(sinkinitOptions, run.config.options), "wasm");
    const spec = approximatorSpec(options);
    const learned = initializerOf(spec, run.state, "approximator");
    try {
      const count = pairsIn(dataset);
      const methods = await compareStarts(learned, dataset, geometryOf(options), count);
      const last = run.history.at(-1);
      const summary = {
        data: dataset.name,
        pairs: count,
        ...Object.fromEntries(methods.map((method) => [method.name, summaryOf(method)])),
        loss: last?.["loss"],
        skipped_targets: last?.["skipped"],
        samples: (last?.["step"] ?? 0) * options.batch,
        seconds: last?.["seconds"],
      };
      const pictures = await sinkinitPictures(methods, run.history);
      return {
        summary,
        arrays: Object.fromEntries(
          methods.map(({ name, iterationsToCost, iterationsToViolation }) => [
            `iterations_${name}`,
            { shape: [2, count], data: Float64Array.of(...iterationsToCost, ...iterationsToViolation) },
          ]),
        ),
        pictures,
        report: sinkinitReport(methods, pictures, summary, run),
      } satisfies Evaluation;
    } finally {
      learned.dispose();
    }
  },
};

/** 500, or as many ordered pairs of different images as there are. */
function pairsIn({ values }: Dataset): number {
  const [samples] = values.shape;
  return Math.min(MOST_PAIRS, samples * (samples - 1));
}

function summaryOf(method: MethodFigures) {
  return {
    iterations_to_cost: method.toCost,
    iterations_to_violation: method.toViolation,
    median_error_after_one: method.medianErrorAfterOne,
    milliseconds_to_cost: method.milliseconds,
    milliseconds_of_start: method.startMilliseconds,
  };
}
