import { describe, expect, it } from "vitest";
import { asGiven, byClass, byClustering, byMeanColumn } from "../../../eval/pictures/orders.ts";
import { Random } from "../../../src/tensor/random.ts";

/** Distances of points on a line. */
function distancesOf(points: readonly number[]): Float64Array {
  return Float64Array.from(points.flatMap((a) => points.map((b) => Math.abs(a - b))));
}

/** How often an order goes from one group to another. */
const changes = (groups: readonly number[]) => groups.filter((group, at) => at > 0 && group !== groups[at - 1]).length;

describe("byClustering", () => {
  it("puts together what is near", async () => {
    const random = Random.fromSeed(1);
    const groups = Array.from({ length: 60 }, (_, index) => index % 4);
    const points = groups.map((group) => 10 * group + random.uniform());
    const order = await byClustering(distancesOf(points), 60);
    expect(order.toSorted((a, b) => a - b)).toEqual(asGiven(60));
    expect(changes(order.map((index) => groups[index]))).toBe(3);
  });

  it("lets many entries follow those that are clustered", async () => {
    const count = 2300;
    const random = Random.fromSeed(1);
    const groups = Array.from({ length: count }, () => Math.floor(5 * random.uniform()));
    const distances = new Float64Array(count * count);
    groups.forEach((a, i) => groups.forEach((b, j) => (distances[i * count + j] = i === j ? 0 : 1 + Math.abs(a - b))));
    const order = await byClustering(distances, count);
    expect(order.toSorted((a, b) => a - b)).toEqual(asGiven(count));
    expect(changes(order.map((index) => groups[index]))).toBe(4);
  });

  it("takes one entry, and two", async () => {
    expect(await byClustering(Float64Array.of(0), 1)).toEqual([0]);
    expect(await byClustering(distancesOf([0, 1]), 2)).toEqual([0, 1]);
  });
});

it("byClass keeps the order within a class and has those without one last", () => {
  expect(byClass(["b", undefined, "a", "b", "a"], [4, 3, 2, 1, 0])).toEqual([4, 2, 3, 0, 1]);
});

it("byMeanColumn lays mass along the diagonal, empty rows last", () => {
  const data = Float64Array.of(0, 0, 0, 0, 1, 3, 2, 0, 0, 0, 1, 0);
  expect(byMeanColumn({ shape: [4, 3], data })).toEqual([2, 3, 1, 0]);
});
