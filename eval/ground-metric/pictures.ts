import type { BySide, SideName } from "../../models/ground-metric/sides.ts";
import type { Table } from "../../models/ground-metric/table.ts";
import type { Draw } from "../evaluator.ts";
import { distanceMatrixPicture } from "./distance-matrix.ts";
import { embeddingPicture, embeddingView, tsneOf, umapOf } from "./layouts.ts";
import { labelsOf } from "./scores.ts";

/** Fewer points make no neighbourhoods. */
const LEAST_EMBEDDED = 15;

/** Maps of both sets of distances, and the matrices. */
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
        const others = await byTsne().then(
          (embedded) => [embedded],
          () => [],
        ); // its own picture says why there is none
        return { ...picture, view: embeddingView(singular(side), set, [byUmap(), ...others]) };
      };
      pictures[`tsne_${side}`] = async () => embeddingPicture(set, await byTsne());
    }
    pictures[`distances_${side}`] = () =>
      distanceMatrixPicture(singular(side), distances[side], table[side], labels[side]);
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
