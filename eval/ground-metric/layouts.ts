import type { NdArray } from "../../src/tensor/ndarray.ts";
import { tsne, umap } from "../embeddings.ts";
import { rounded } from "../format.ts";
import type { Labels } from "../metrics/clustering.ts";
import { evenly } from "../pictures/orders.ts";
import type { Drawing } from "../pictures/picture.ts";
import { scatter } from "../pictures/scatter.ts";
import type { Layout, PointsView } from "../views.ts";

/** Points that are embedded at most, evenly taken of more: each embedding then takes some ten seconds. */
const MOST_UMAP = 5000;
const MOST_TSNE = 1500;

/** Points to be embedded, and what is known of them. */
export interface EmbeddedSet {
  /** [n, n] */
  readonly distances: Float64Array;
  readonly names: readonly string[];
  readonly labels?: Labels | undefined;
  readonly seed: number;
}

/** Points of a set where an embedding puts them. */
export interface Embedded {
  readonly title: string;
  readonly rows: readonly number[];
  /** [rows, 2] */
  readonly points: NdArray<Float64Array>;
}

/** The set by UMAP; of more than 5000 points so many, evenly taken. */
export function umapOf({ distances, names, seed }: EmbeddedSet): Embedded {
  const rows = evenly(names.length, MOST_UMAP);
  return { title: "UMAP", rows, points: umap(among(distances, names.length, rows), rows.length, seed) };
}

/** The set by t-SNE; of more than 1500 points so many, evenly taken. */
export async function tsneOf({ distances, names, seed }: EmbeddedSet): Promise<Embedded> {
  const rows = evenly(names.length, MOST_TSNE);
  return { title: "t-SNE", rows, points: await tsne(among(distances, names.length, rows), rows.length, seed) };
}

/** The still picture of one embedding. */
export function embeddingPicture({ names, labels }: EmbeddedSet, embedded: Embedded): Promise<Drawing> {
  const { rows, points } = embedded;
  return scatter(points, {
    ...(labels && { labels: rows.map((row) => labels[row]) }),
    ...(rows.length < names.length && { title: titleOf(embedded, names.length) }),
  });
}

/** Some embeddings, for the reader to choose between. */
export function embeddingView(what: string, set: EmbeddedSet, choices: readonly Embedded[]): PointsView {
  const { names, labels } = set;
  const layouts = choices.map((embedded): Layout => {
    const { data } = embedded.points;
    return {
      title: titleOf(embedded, names.length),
      ...(embedded.rows.length < names.length && { rows: embedded.rows }),
      points: embedded.rows.map((_, row) => [rounded(data[2 * row]), rounded(data[2 * row + 1])]),
    };
  });
  return { kind: "points", what, names, ...(labels && { labels: labels.map((label) => label ?? null) }), layouts };
}

function titleOf({ title, rows }: Embedded, count: number): string {
  return rows.length < count ? `${title} of ${rows.length} of the ${count}` : title;
}

function among(distances: Float64Array, count: number, rows: readonly number[]): Float64Array {
  if (rows.length === count) return distances;
  const out = new Float64Array(rows.length ** 2);
  rows.forEach((i, row) => rows.forEach((j, column) => (out[row * rows.length + column] = distances[i * count + j])));
  return out;
}
