import type { GroundMetricSetup } from "../../models/ground-metric/setup.ts";
import { loadMatrices } from "../../models/ground-metric/state-tree.ts";
import { significantComponents } from "../../models/ground-metric/significant-components.ts";
import type { BySide } from "../../models/ground-metric/sides.ts";
import { isCertifiedUnique } from "../../models/ground-metric/uniqueness.ts";
import { pairCount } from "../../src/transport/pairs/pair-order.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { InputError } from "../../src/errors.ts";
import { expectNumber } from "../../checkpoints/leaves.ts";
import type { MetricPanels } from "../curves/metric-panel.ts";
import type { Evaluation, Evaluator, TrainedRun } from "../evaluator.ts";
import { learnedDistances } from "./distances.ts";
import { neighborTable } from "./neighbors.ts";
import { GROUND_METRIC_RESULTS } from "./shown.ts";
import { groundMetricPictures } from "./pictures.ts";
import { progressPicture } from "../pictures/progress.ts";
import { groundMetricReport } from "./report.ts";
import { compareWithBaselines } from "./scores.ts";

/** Optimal plans of this many pairs take some seconds. */
const MOST_CHECKED_PAIRS = 20_000;

/** What the evaluator needs to know of a component with a ground metric. */
export interface GroundMetricComponent {
  /** The task's name. */
  readonly task: string;
  /** "Wasserstein singular vectors", for the report. */
  readonly title: string;
  readonly curves: MetricPanels;
  /** Data and maps of a run's options. Throws InputError. */
  setUp(options: Readonly<Record<string, unknown>>, dataset: Dataset): GroundMetricSetup;
}

/**
 * Evaluates learned distances: the two matrices and the nearest neighbours in them, silhouettes and Dunn indices beside
 * Euclidean distances, PCA and kernel PCA where classes are known, embeddings and a report.
 */
export function groundMetricEvaluator({ task, title, curves, setUp }: GroundMetricComponent): Evaluator {
  return {
    task,
    curves,
    results: GROUND_METRIC_RESULTS,
    async evaluate(run, { dataset, isTrainingData }) {
      if (!isTrainingData) {
        throw new InputError(
          `${dataset.name}: learned distances belong to the data of the run; train on these instead: otlearn train ${task}`,
        );
      }
      const { options } = run.config;
      const setup = setUp(options, dataset);
      const { table, sides } = setup;
      const distances = learnedDistances(loadMatrices(run.state, sides), setup);
      const scores = compareWithBaselines(task, distances, table);
      const summary = {
        ...trainingSummary(run),
        samples: table.samples.length,
        features: table.features.length,
        featuresWithoutMass: table.withoutMass,
        engine: sides.samples.map.engine,
        unique: uniqueness(setup, distances),
        ...(options["earlyStop"] === true && {
          significantComponents: significantComponents(setup.histograms.samples),
        }),
        scores,
      };
      return {
        summary,
        arrays: {
          sample_distances: square(distances.samples, table.samples.length),
          feature_distances: square(distances.features, table.features.length),
        },
        tables: {
          sample_neighbors: neighborTable(distances.samples, table.samples),
          feature_neighbors: neighborTable(distances.features, table.features),
        },
        pictures: {
          ...groundMetricPictures(distances, table, Number(options["seed"] ?? 0)),
          ...progressPicture(run.history, curves),
        },
        report: (pictures) => groundMetricReport(title, run, scores, pictures, summary),
      } satisfies Evaluation;
    },
  };
}

/** Whether exact singular vectors are known to be the only ones; null where that cannot be told, or only slowly. */
function uniqueness({ histograms, exact }: GroundMetricSetup, distances: BySide<Float64Array>): boolean | null {
  const pairs = pairCount(histograms.samples.count) + pairCount(histograms.features.count);
  return exact && pairs <= MOST_CHECKED_PAIRS ? isCertifiedUnique(histograms, distances) : null;
}

/** What the iterations ended with. */
function trainingSummary({ history, state }: TrainedRun) {
  const last = history.at(-1) ?? {};
  const { step, seconds, ...metrics } = last;
  return {
    iterations: step,
    ...metrics,
    seconds,
    secondsPerIteration: history.map((row, index) => round(row["seconds"] - (history[index - 1]?.["seconds"] ?? 0))),
    clamped: expectNumber(state, "clamped"),
  };
}

function round(seconds: number): number {
  return Math.round(1000 * seconds) / 1000;
}

function square(data: Float64Array, count: number) {
  return { shape: [count, count], data };
}
