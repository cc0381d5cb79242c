import type { Labels } from "../metrics/clustering.ts";
import { matrixPicture } from "../pictures/matrix.ts";
import { asGiven, byClass, byClustering } from "../pictures/orders.ts";
import type { Drawing } from "../pictures/picture.ts";

/** Larger matrices are shown first as clustering orders them, and not as given: that order then says nothing. */
const LARGEST_AS_GIVEN = 100;

/** Distances [n, n] as a heat map: as given, by class where there are classes, by clustering. */
export async function distanceMatrixPicture(
  what: string,
  distances: Float64Array,
  names: readonly string[],
  labels: Labels | undefined,
): Promise<Drawing> {
  const count = names.length;
  const clustered = await byClustering(distances, count);
  const given = { title: "as given", order: asGiven(count) };
  const others = [
    { title: "by clustering", order: clustered },
    ...(labels ? [{ title: "by class", order: byClass(labels, clustered) }] : []),
  ];
  const orders = count <= LARGEST_AS_GIVEN ? [given, ...others] : [...others, given];
  const side = { title: what, names, labels };
  return matrixPicture(
    { shape: [count, count], data: distances },
    {
      rows: side,
      columns: side,
      valueTitle: "distance",
      orders: orders.map(({ title, order }) => ({ title, rows: order, columns: order })),
    },
  );
}
