import type { BySide, SideName } from "../../models/ground-metric/sides.ts";
import type { Table } from "../../models/ground-metric/table.ts";
import { umap } from "../embeddings.ts";
import { heatMap } from "../pictures/heat-map.ts";
import type { Draw } from "../evaluator.ts";
import type { Picture } from "../pictures/picture.ts";
import { scatter } from "../pictures/scatter.ts";
import { labelsOf } from "./scores.ts";

/** Fewer points make no neighbourhoods. */
const LEAST_EMBEDDED = 15;
/** Matrices of more entries are drawn as embeddings only. */
const LARGEST_HEAT_MAP = 120;

/** Maps of both sets of distances, and the matrices where they are small. */
export function groundMetricPictures(
  distances: BySide<Float64Array>,
  table: Table,
  seed: number,
): Readonly<Record<string, Draw>> {
  const pictures: Record<string, Draw> = {};
  const labels = labelsOf(table);
  for (const side of ["samples", "features"] as const) {
    const count = table[side].length;
    if (count >= LEAST_EMBEDDED) {
      pictures[`umap_${side}`] = () => scatter(umap(distances[side], count, seed), { labels: labels[side] });
    }
    if (count <= LARGEST_HEAT_MAP) pictures[`distances_${side}`] = () => matrixPicture(distances[side], count, side);
  }
  return pictures;
}

function matrixPicture(distances: Float64Array, count: number, side: SideName): Promise<Picture> {
  const title = side.replace(/s$/, "");
  return heatMap({ shape: [count, count], data: distances }, { xTitle: title, yTitle: title, valueTitle: "distance" });
}
