import { describe, expect, it } from "vitest";
import { clusteringScores, dunnIndex, silhouetteWidths } from "../../../eval/metrics/clustering.ts";
import { InputError } from "../../../src/errors.ts";
import { reference } from "../../support/reference.ts";

interface Clustering {
  readonly name: string;
  readonly points: number[][];
  readonly labels: number[];
  readonly silhouetteSamples: number[];
  readonly averageSilhouetteWidth: number;
  readonly dunnIndex: number;
}

const { clustering } = reference<{ clustering: Clustering[] }>("clustering");

function euclidean(points: number[][]): Float64Array {
  return Float64Array.from(
    points.flatMap((x) => points.map((y) => Math.hypot(...x.map((value, axis) => value - y[axis])))),
  );
}

describe.each(clustering)("$name", ({ points, labels, silhouetteSamples, averageSilhouetteWidth, dunnIndex: dunn }) => {
  const names = labels.map(String);

  it("has the silhouettes of scikit-learn", () => {
    silhouetteWidths(euclidean(points), names)!.forEach((width, index) => {
      expect(width).toBeCloseTo(silhouetteSamples[index], 12);
    });
  });

  it("has the average silhouette width and the Dunn index of the reference", () => {
    const scores = clusteringScores(euclidean(points), names);
    expect(scores.silhouette).toBeCloseTo(averageSilhouetteWidth, 12);
    expect(scores.dunn).toBeCloseTo(dunn, 12);
  });

  it("passes over entries without a class", () => {
    const more = [...points, [100, 100], [-50, 3]];
    const scores = clusteringScores(euclidean(more), [...names, undefined, undefined]);
    expect(scores.silhouette).toBeCloseTo(averageSilhouetteWidth, 12);
    expect(scores.dunn).toBeCloseTo(dunn, 12);
  });
});

describe("without clusters", () => {
  it("nothing is said", () => {
    expect(clusteringScores(new Float64Array(4), ["a", "a"])).toEqual({ silhouette: undefined, dunn: undefined });
    expect(dunnIndex(Float64Array.of(0, 1, 1, 0), ["a", "b"])).toBeUndefined();
    expect([...silhouetteWidths(Float64Array.of(0, 1, 1, 0), ["a", "b"])!]).toEqual([0, 0]);
  });

  it("another number of labels is refused", () => {
    expect(() => clusteringScores(new Float64Array(9), ["a", "b"])).toThrow(InputError);
  });
});
