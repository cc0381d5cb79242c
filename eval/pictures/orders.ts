import type { NdArray } from "../../src/tensor/ndarray.ts";
import type { Labels } from "../metrics/clustering.ts";

/** Entries that are clustered at most, evenly taken of more: their tree takes a second. */
const MOST_CLUSTERED = 2000;

/** 0, 1, ... */
export function asGiven(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** All of `count` numbers from 0, or the first of each of `most` equal parts. */
export function evenly(count: number, most: number): number[] {
  if (count <= most) return asGiven(count);
  return Array.from({ length: most }, (_, part) => Math.floor((part * count) / most));
}

/** An order with the classes one after the other, those without a class last; within a class it stays. */
export function byClass(labels: Labels, order: readonly number[]): number[] {
  const classes = [...new Set(labels)].filter((label) => label !== undefined).sort();
  const rank = new Map(classes.map((label, index) => [label, index]));
  const rankOf = (index: number): number => rank.get(labels[index]!) ?? classes.length;
  return order.toSorted((a, b) => rankOf(a) - rankOf(b));
}

/**
 * The leaves of hierarchical clustering by average linkage, of distances [n, n]: what is near stands together. Of more than 2000
 * entries so many are clustered, and each other one follows the nearest of them. DruidJS is loaded when it is needed first.
 */
export async function byClustering(distances: Float64Array, count: number): Promise<number[]> {
  if (count < 3) return asGiven(count);
  const { HierarchicalClustering } = await import("@saehrimnir/druidjs");
  const chosen = evenly(count, MOST_CLUSTERED);
  const rows = chosen.map((i) => Float64Array.from(chosen, (j) => distances[i * count + j]));
  const tree = new HierarchicalClustering(rows, { metric: "precomputed", linkage: "average" });
  const [leaves] = tree.get_clusters(Infinity); // the whole tree is one cluster, in the order of its leaves
  const order = leaves.map((leaf) => chosen[leaf]);
  return count === chosen.length ? order : withFollowers(order, distances, count);
}

/** Every entry that an order lacks, behind the one of the order that is nearest to it. */
function withFollowers(order: readonly number[], distances: Float64Array, count: number): number[] {
  const followers = new Map(order.map((leader) => [leader, [leader]]));
  for (let i = 0; i < count; i++) {
    if (followers.has(i)) continue;
    let nearest = order[0];
    for (const leader of order) if (distances[i * count + leader] < distances[i * count + nearest]) nearest = leader;
    followers.get(nearest)!.push(i);
  }
  return [...followers.values()].flat();
}

/** Rows [n, m] of nonnegative entries by their mean column, so that mass lies along the diagonal. */
export function byMeanColumn({ shape: [rows, columns], data }: NdArray): number[] {
  const means = Array.from({ length: rows }, (_, row) => {
    let [total, moment] = [0, 0];
    for (let column = 0; column < columns; column++) {
      total += data[row * columns + column];
      moment += column * data[row * columns + column];
    }
    return total > 0 ? moment / total : columns;
  });
  return asGiven(rows).toSorted((a, b) => means[a] - means[b]);
}
