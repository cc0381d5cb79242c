import { describe, expect, it } from "vitest";
import { classesOf } from "../../../eval/wdl/classes.ts";
import type { Comparison } from "../../../eval/wdl/compare.ts";
import type { SampleDataset } from "../../../src/data/dataset.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

const nothing = { psnr: new Float64Array(0), nmse: new Float64Array(0), images: ndarray(new Float64Array(0), [0]) };

function method(key: Comparison["key"], coefficients: readonly (readonly number[])[]): Comparison {
  const { length } = coefficients[0];
  const data = Float64Array.from(coefficients.flat());
  return { key, name: key, note: "", ...nothing, coefficients: ndarray(data, [coefficients.length, length]) };
}

function dataset(labels?: readonly string[]): SampleDataset {
  const values = ndarray(new Float64Array(4), [4, 1]);
  return { kind: "histograms", name: "test", values, names: ["a", "b", "c", "d"], ...(labels && { labels }) };
}

const told = method("wdl", [[0.9, 0.1], [0.2, 0.8], [0.8, 0.2], [0.1, 0.9]]); // prettier-ignore

describe("classesOf", () => {
  it("gives the mean weights of each class, in the order of their names", () => {
    const { names, meanWeights } = classesOf(dataset(["y", "x", "y", "x"]), [told])!;
    expect(names).toEqual(["x", "y"]);
    expect(meanWeights.data).toBeAllclose([0.15, 0.85, 0.85, 0.15], { relative: 1e-12 });
  });

  it("scores coefficients by the classes of their neighbours, sums divided out where none is negative", () => {
    const labels = Array.from({ length: 12 }, (_, point) => (point % 2 === 0 ? "x" : "y"));
    const share = (point: number) => (point % 2 === 0 ? 0.2 : 0.8) + point / 200;
    const rows = (row: (point: number) => number[]) => labels.map((_, point) => row(point));
    const { scores } = classesOf({ ...dataset(), labels }, [
      method(
        "wdl",
        rows((point) => [share(point), 1 - share(point)]),
      ),
      method(
        "nmf",
        rows((point) => [(1 + point) * share(point), (1 + point) * (1 - share(point))]),
      ),
      method(
        "pca",
        rows((point) => [-point, 0]),
      ), // classes in turn along a line
    ])!;
    expect(scores.map(({ method: name, neighbors }) => [name, neighbors])).toEqual([
      ["wdl", 1],
      ["nmf", 1],
      ["pca", expect.any(Number)],
    ]);
    expect(scores[2].neighbors).toBeLessThan(0.5);
    expect(scores[0].silhouette).toBeGreaterThan(0.9);
    expect(scores[1].silhouette).toBeCloseTo(scores[0].silhouette!, 9);
    expect(scores[2].silhouette).toBeLessThan(0.1);
  });

  it("knows none where there are no labels, or one", () => {
    expect(classesOf(dataset(), [told])).toBeUndefined();
    expect(classesOf(dataset(["x", "x", "x", "x"]), [told])).toBeUndefined();
  });
});
