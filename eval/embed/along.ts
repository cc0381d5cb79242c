import type { Embedding } from "../../models/embed/embedding.ts";
import type { EmbedSetup } from "../../models/embed/setup.ts";
import type { Metrics } from "../../models/task.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { alignmentScores } from "./scores.ts";

/** Distances [nx, ny] between the projections of both sets. */
export function projectedDistances(embedding: Embedding, { problem: { target } }: EmbedSetup): NdArray<Float64Array> {
  return target.distances(target.project(embedding.couplingX), target.project(embedding.couplingY));
}

/** Scores along the way, where something is known of the samples. */
export function alignmentMetrics(embedding: Embedding, setup: EmbedSetup): Metrics {
  const { x, y, paired } = setup;
  const knowledge = { paired, labelsX: x.labels, labelsY: y.labels };
  const { foscttm, labelTransfer } = alignmentScores(projectedDistances(embedding, setup), knowledge);
  return { ...(foscttm && { foscttm: foscttm.mean }), ...(labelTransfer && { labelTransfer: labelTransfer.xToY }) };
}
