import { describe, expect, it } from "vitest";
import { embeddingPicture, embeddingView, tsneOf, umapOf } from "../../../eval/ground-metric/layouts.ts";

function line(count: number) {
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; i++) for (let j = 0; j < count; j++) distances[i * count + j] = Math.abs(i - j);
  return distances;
}

describe("embeddingView", () => {
  it("carries every point, name and class of small sets as plain JSON", async () => {
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const labels = names.map((_, index) => (index === 3 ? undefined : index < 10 ? "a" : "b"));
    const set = { distances: line(20), names, labels, seed: 1 };
    const view = embeddingView("sample", set, [umapOf(set), await tsneOf(set)]);
    expect(JSON.parse(JSON.stringify(view))).toEqual(view);
    expect(view.labels).toEqual(labels.map((label) => label ?? null));
    expect(view.layouts.map(({ title, rows, points }) => [title, rows, points.length])).toEqual([
      ["UMAP", undefined, 20],
      ["t-SNE", undefined, 20],
    ]);
  });

  it("says that not all points are there, on the page and in the still picture", async () => {
    const names = Array.from({ length: 40 }, (_, index) => `n${index}`);
    const set = { distances: line(40), names, labels: names.map((name) => name.slice(0, 2)), seed: 1 };
    const some = { ...(await tsneOf({ ...set, distances: line(20), names: names.slice(0, 20) })), rows: [...Array(20).keys()].map((k) => 2 * k) }; // prettier-ignore
    const [layout] = embeddingView("sample", set, [some]).layouts;
    expect(layout.title).toBe("t-SNE of 20 of the 40");
    expect(layout.rows).toEqual(some.rows);
    const { svg } = await embeddingPicture(set, some);
    expect(svg).toContain("t-SNE of 20 of the 40");
  });
});
