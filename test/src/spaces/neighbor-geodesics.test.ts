import { describe, expect, it } from "vitest";
import { pairwiseDistances } from "../../../src/spaces/distances.ts";
import { neighborGeodesics, neighborGeodesicsOfDistances } from "../../../src/spaces/neighbor-geodesics.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";
import { Random } from "../../../src/tensor/random.ts";

/** Points [n, 1]. */
const onLine = (...places: number[]) => ndarray(Float64Array.from(places), [places.length, 1]);

describe("geodesics of nearest neighbours", () => {
  it("follow the data: round a half circle, not through it", async () => {
    const count = 101;
    const angles = Array.from({ length: count }, (_, index) => (Math.PI * index) / (count - 1));
    const arc = ndarray(Float64Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])), [count, 2]);
    const { distances, warnings } = await neighborGeodesics(arc, { neighbors: 2 });
    expect(warnings).toEqual([]);
    const chord = (steps: number): number => 2 * Math.sin((steps * Math.PI) / 200);
    // the ends have both neighbours on one side
    expect(distances.data[count - 1]).toBeCloseTo(96 * chord(1) + 2 * chord(2), 12);
  });

  it("join a point with those that have it among theirs", async () => {
    // 10 is nearest to 3, 3 is nearest to 1
    const { distances } = await neighborGeodesics(onLine(0, 1, 3, 10), { neighbors: 1 });
    expect([...distances.data.slice(0, 4)]).toEqual([0, 1, 3, 10]);
  });

  it("count steps where asked", async () => {
    const { distances } = await neighborGeodesics(onLine(0, 1, 3, 10), { neighbors: 1, edges: "connectivity" });
    expect([...distances.data.slice(0, 4)]).toEqual([0, 1, 2, 3]);
  });

  it("join parts by their shortest edges, and say so", async () => {
    const parts = ndarray(Float64Array.of(0, 0, 0, 1, 5, 0, 5, 1, 0, 9, 0, 10), [6, 2]);
    const { distances, warnings } = await neighborGeodesics(parts, { neighbors: 1, name: "cells.csv" });
    expect(warnings).toEqual([
      "cells.csv: the graph of 1 nearest neighbours had 3 parts, now joined by their shortest edges; " +
        "distances between parts are guesses",
    ]);
    // (0, 0)-(5, 0) and (0, 1)-(0, 9); of (0, 1)-(5, 1), equally long, the first found is taken
    expect(distances.data[0 * 6 + 2]).toBe(5);
    expect(distances.data[0 * 6 + 4]).toBe(1 + 8);
    expect(distances.data[5 * 6 + 3]).toBe(1 + 8 + 1 + 5 + 1);
    const steps = await neighborGeodesics(parts, { neighbors: 1, edges: "connectivity" });
    expect(steps.distances.data[5 * 6 + 3]).toBe(5);
  });

  it("refuse parts where asked", async () => {
    await expect(neighborGeodesics(onLine(0, 1, 8, 9), { neighbors: 1, disconnected: "refuse" })).rejects.toThrow(
      "points: the graph of 1 nearest neighbours has 2 parts that nothing joins; expected one, or that they be joined",
    );
  });

  it.each([0, 1.5, 4])("refuse %d neighbours of 4 points", async (neighbors) => {
    await expect(neighborGeodesics(onLine(0, 1, 2, 3), { neighbors })).rejects.toThrow(
      `neighbors: expected a whole number from 1 to 3 (there are 4 points), got ${neighbors}`,
    );
  });

  it("are symmetric to the last digit, in float32 too, and the same from distances", async () => {
    const random = Random.fromSeed(2);
    const points = ndarray(
      random.fill(300, () => random.normal()),
      [100, 3],
    );
    const { distances } = await neighborGeodesics(points, { neighbors: 4 });
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < i; j++) expect(distances.data[i * 100 + j]).toBe(distances.data[j * 100 + i]);
    }
    const single = await neighborGeodesics(points, { neighbors: 4, precision: "float32" });
    expect(single.distances.data).toEqual(Float32Array.from(distances.data));
    const again = await neighborGeodesicsOfDistances(pairwiseDistances(points), { neighbors: 4 });
    expect(again.distances.data).toEqual(distances.data);
  });

  it("refuse distances that are none", async () => {
    await expect(neighborGeodesicsOfDistances(ndarray(new Float64Array(6), [2, 3]))).rejects.toThrow(
      "distances: expected a square matrix [n, n], got shape [2, 3]",
    );
  });
});
