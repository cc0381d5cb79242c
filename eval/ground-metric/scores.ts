import type { Table } from "../../models/ground-metric/table.ts";
import type { BySide, SideName } from "../../models/ground-metric/sides.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { clusteringScores, type ClusteringScores, type Labels } from "../metrics/clustering.ts";
import { baselineDistances } from "./baselines.ts";

/** Scores of one way to measure distances. */
export interface MethodScores extends ClusteringScores {
  readonly method: string;
}

/** Labels of the samples and of the features, where there are two classes or more. */
export function labelsOf({ sampleLabels, featureLabels }: Table): Partial<BySide<Labels>> {
  const usable = (labels?: Labels) =>
    new Set(labels?.filter((label) => label !== undefined)).size > 1 ? labels : undefined;
  const [samples, features] = [usable(sampleLabels), usable(featureLabels)];
  return { ...(samples && { samples }), ...(features && { features }) };
}

/** The learned distances beside the baselines, for the sides that have labels. */
export function compareWithBaselines(
  name: string,
  learned: BySide<Float64Array>,
  table: Table,
): Partial<BySide<readonly MethodScores[]>> {
  const labels = labelsOf(table);
  const sides = (Object.keys(labels) as SideName[]).map((side) => {
    const points = side === "samples" ? table.values : transposed(table.values);
    const rivals = Object.entries(baselineDistances).map(([method, distancesOf]) => ({
      method,
      ...clusteringScores(distancesOf(points), labels[side]!),
    }));
    return [side, [{ method: name, ...clusteringScores(learned[side], labels[side]!) }, ...rivals]] as const;
  });
  return Object.fromEntries(sides);
}

function transposed({ shape: [rows, columns], data }: NdArray<Float64Array>): NdArray<Float64Array> {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j];
  return { shape: [columns, rows], data: out };
}
