import type { BySide, SideName } from "../../models/ground-metric/sides.ts";
import type { Table } from "../../models/ground-metric/table.ts";
import { heatMap } from "../pictures/heat-map.ts";
import type { Draw } from "../evaluator.ts";
import type { Picture } from "../pictures/picture.ts";
import { embeddingPicture, embeddingView, tsneOf, umapOf } from "./layouts.ts";
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
      const set = { distances: distances[side], names: table[side], labels: labels[side], seed };
      const byUmap = once(() => umapOf(set));
      const byTsne = once(() => tsneOf(set));
      pictures[`umap_${side}`] = async () => {
        const picture = await embeddingPicture(set, byUmap());
        return { ...picture, view: embeddingView(singular(side), set, [byUmap(), await byTsne()]) };
      };
      pictures[`tsne_${side}`] = async () => embeddingPicture(set, await byTsne());
    }
    if (count <= LARGEST_HEAT_MAP) pictures[`distances_${side}`] = () => matrixPicture(distances[side], count, side);
  }
  return pictures;
}

function singular(side: SideName): string {
  return side.replace(/s$/, "");
}

/** The value of the first call. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function matrixPicture(distances: Float64Array, count: number, side: SideName): Promise<Picture> {
  const title = singular(side);
  return heatMap({ shape: [count, count], data: distances }, { xTitle: title, yTitle: title, valueTitle: "distance" });
}
