import { encodeTsv } from "../../src/data/tab-separated.ts";
import type { NdArray } from "../../src/tensor/ndarray.ts";
import { nearestColumns } from "../metrics/alignment.ts";
import type { Labels } from "../metrics/clustering.ts";

export interface SampleNames {
  readonly x: readonly string[];
  readonly y: readonly string[];
}

/** The y that lies nearest to each x in the target, as a tab-separated table (see `encodeTsv`): x, y, distance, and classes where known. */
export function matchTable(distances: NdArray, names: SampleNames, labelsX?: Labels, labelsY?: Labels): string {
  const columns = distances.shape[1];
  const head = ["x", "y", "distance", ...(labelsX ? ["label_x"] : []), ...(labelsY ? ["label_y"] : [])];
  const rows = Array.from(nearestColumns(distances), (match, sample): (string | number)[] => [
    names.x[sample],
    names.y[match],
    distances.data[sample * columns + match],
    ...(labelsX ? [labelsX[sample] ?? ""] : []),
    ...(labelsY ? [labelsY[match] ?? ""] : []),
  ]);
  return encodeTsv([head, ...rows]);
}
