import { describe, expect, it } from "vitest";
import { tsne, umap } from "../../eval/embeddings.ts";
import { clusteringScores } from "../../eval/metrics/clustering.ts";
import { squaredDistances } from "../../eval/baselines/squared-distances.ts";
import { InputError } from "../../src/errors.ts";
import { Random } from "../../src/tensor/random.ts";

/** Distances of three clusters that touch each other; not Euclidean ones. */
function clusters(count: number) {
  const random = Random.fromSeed(4);
  const labels = Array.from({ length: count }, (_, index) => String(index % 3));
  const points = labels.map((label) => Float64Array.from({ length: 5 }, () => random.normal() + 3 * Number(label)));
  return { labels, distances: squaredDistances(points).map((squared) => squared ** 0.4) };
}

describe("umap", () => {
  const { labels, distances } = clusters(90);

  it("keeps the clusters of given distances apart", () => {
    const points = umap(distances, 90, 1);
    expect(points.shape).toEqual([90, 2]);
    const rows = labels.map((_, index) => points.data.subarray(2 * index, 2 * index + 2));
    const scores = clusteringScores(squaredDistances(rows).map(Math.sqrt), labels);
    expect(scores.silhouette).toBeGreaterThan(0.5);
  });

  it("depends on the seed alone", () => {
    expect(umap(distances, 90, 1)).toEqual(umap(distances, 90, 1));
    expect(umap(distances, 90, 1)).not.toEqual(umap(distances, 90, 2));
  });

  it("takes few points", () => {
    expect(umap(clusters(6).distances, 6, 1).data.every(Number.isFinite)).toBe(true);
  });
});

describe("tsne", () => {
  const { labels, distances } = clusters(90);

  it("keeps the clusters of given distances apart", async () => {
    const points = await tsne(distances, 90, 1);
    expect(points.shape).toEqual([90, 2]);
    const rows = labels.map((_, index) => points.data.subarray(2 * index, 2 * index + 2));
    const scores = clusteringScores(squaredDistances(rows).map(Math.sqrt), labels);
    expect(scores.silhouette).toBeGreaterThan(0.4);
  });

  it("depends on the seed alone", async () => {
    expect(await tsne(distances, 90, 1)).toEqual(await tsne(distances, 90, 1));
    expect(await tsne(distances, 90, 1)).not.toEqual(await tsne(distances, 90, 2));
  });

  it("takes few points", async () => {
    expect((await tsne(clusters(6).distances, 6, 1)).data.every(Number.isFinite)).toBe(true);
  });

  it("refuses distances that are not finite", async () => {
    await expect(tsne(new Float64Array(400).fill(Infinity), 20, 1)).rejects.toThrow(InputError);
  });
});
