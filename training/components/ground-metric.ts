import { learnedDistances } from "../../eval/ground-metric/distances.ts";
import { labelsOf } from "../../eval/ground-metric/scores.ts";
import { clusteringScores } from "../../eval/metrics/clustering.ts";
import type { GroundMetricSetup } from "../../models/ground-metric/setup.ts";
import { groundMetricTask, type GroundMetricSettings } from "../../models/ground-metric/task.ts";
import type { BySide } from "../../models/ground-metric/sides.ts";
import type { SymmetricMatrix } from "../../models/ground-metric/symmetric-matrix.ts";
import type { Metrics } from "../../models/task.ts";
import type { PreparedTask } from "./component.ts";

/** The task of a component with a ground metric; silhouettes along the way where classes are known. */
export function prepareGroundMetric(settings: GroundMetricSettings, setup: GroundMetricSetup): PreparedTask {
  const { table, sides } = setup;
  const labels = labelsOf(table);
  const hasLabels = Object.keys(labels).length > 0;
  const task = groundMetricTask({
    ...settings,
    ...(hasLabels && { evaluate: async (state) => silhouettes(state, setup) }),
  });
  const dropped = table.withoutMass > 0 ? `, ${table.withoutMass} features without mass left out` : "";
  const size = `${table.samples.length} x ${table.features.length}`;
  const { leastDimension } = settings;
  const stop =
    leastDimension === undefined ? "" : `, until distances spread over fewer than ${leastDimension} dimensions`;
  return { task, engine: `${sides.samples.map.engine}, ${size}${dropped}${stop}` };
}

function silhouettes(matrices: BySide<SymmetricMatrix>, setup: GroundMetricSetup): Metrics {
  const labels = labelsOf(setup.table);
  const distances = learnedDistances(matrices, setup);
  const of = (side: "samples" | "features") =>
    labels[side] && clusteringScores(distances[side], labels[side]).silhouette;
  const [samples, features] = [of("samples"), of("features")];
  return {
    ...(samples !== undefined && { silhouette: samples }),
    ...(features !== undefined && { featureSilhouette: features }),
  };
}
