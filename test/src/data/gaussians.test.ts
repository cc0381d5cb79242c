import { describe, expect, it } from "vitest";
import { gaussians1d, twoModes1d } from "../../../src/data/gaussians.ts";
import type { SampleDataset } from "../../../src/data/dataset.ts";
import { InputError } from "../../../src/errors.ts";

function rows({ values }: SampleDataset): number[][] {
  const [count, points] = values.shape;
  return Array.from({ length: count }, (_, row) => [...values.data.subarray(row * points, (row + 1) * points)]);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const meanOf = (row: readonly number[]): number => sum(row.map((value, index) => value * index));

describe("gaussians-1d", () => {
  it("is one Gaussian in five equidistant places", async () => {
    const data = rows(await gaussians1d.load({}));
    expect(data).toHaveLength(5);
    expect(data.map(sum)).toBeAllclose([1, 1, 1, 1, 1]);
    expect(data.map(meanOf)).toBeAllclose([29.7, 39.6, 49.5, 59.4, 69.3]);
    const deviation = Math.sqrt(sum(data[2].map((value, index) => value * (index - 49.5) ** 2)));
    expect(deviation).toBeCloseTo(4, 6);
  });

  it("takes the number of grid points", async () => {
    expect((await gaussians1d.load({ size: "50" })).values.shape).toEqual([5, 50]);
    await expect(gaussians1d.load({ size: "64x64" })).rejects.toThrow(InputError);
    await expect(gaussians1d.load({ size: "3" })).rejects.toThrow(/at least 25/);
  });
});

describe("two-modes-1d", () => {
  it.each([undefined, "90", "100"])(
    "leaves the middle third empty, with one or two modes outside (size %s)",
    async (size) => {
      const dataset = await twoModes1d.load({ size });
      const data = rows(dataset);
      const points = dataset.values.shape[1];
      expect(data).toHaveLength(40);
      expect(data.map(sum)).toBeAllclose(new Array(40).fill(1));
      for (const [index, row] of data.entries()) {
        const left = sum(row.slice(0, Math.floor(points / 3)));
        const right = sum(row.slice(-Math.floor(points / 3)));
        expect(left + right).toBeCloseTo(1, 12);
        expect(left).toBeCloseTo({ left: 1, both: 0.5, right: 0 }[dataset.labels![index]]!, 12);
      }
      expect(new Set(dataset.labels)).toEqual(new Set(["left", "both", "right"]));
    },
  );

  it("depends on the seed alone", async () => {
    const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => twoModes1d.load({ seed })));
    expect(again).toEqual(first);
    expect(other.values.data).not.toEqual(first.values.data);
  });
});
