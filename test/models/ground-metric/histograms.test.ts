import { describe, expect, it } from "vitest";
import { twoWayHistograms } from "../../../models/ground-metric/histograms.ts";
import { regularizer } from "../../../models/ground-metric/regularizer.ts";
import { InputError } from "../../../src/errors.ts";

const names = { samples: ["s0", "s1"], features: ["f0", "f1", "f2"] };
const values = { shape: [2, 3], data: Float64Array.of(1, 0, 3, 1, 2, 1) };

describe("twoWayHistograms", () => {
  it("normalises rows and columns", () => {
    const { samples, features } = twoWayHistograms(values, 0, names);
    expect(samples).toEqual({ count: 2, bins: 3, data: Float64Array.of(0.25, 0, 0.75, 0.25, 0.5, 0.25) });
    expect(features).toEqual({ count: 3, bins: 2, data: Float64Array.of(0.5, 0.5, 0, 1, 0.75, 0.25) });
  });

  it("adds dust to normalised histograms and normalises them again", () => {
    const { samples } = twoWayHistograms(values, 0.25, names);
    expect(samples.data[1]).toBe(0.25 / 1.75);
    expect(samples.data.slice(0, 3).reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 15);
  });

  it("names a sample or feature without mass", () => {
    const empty = (data: number[]) => () =>
      twoWayHistograms({ shape: [2, 3], data: Float64Array.from(data) }, 0, names);
    expect(empty([0, 0, 0, 1, 1, 1])).toThrow(new InputError("sample s0: all zero, expected some mass; leave it out"));
    expect(empty([0, 1, 1, 0, 1, 1])).toThrow(new InputError("feature f0: all zero, expected some mass; leave it out"));
  });
});

describe("regularizer", () => {
  const histograms = twoWayHistograms(values, 0, names).features;

  it.each([
    ["l1", [1, 0.5, 1.5]],
    ["l2", [Math.SQRT1_2, Math.sqrt(0.125), Math.sqrt(1.125)]],
    ["constant", [1, 1, 1]],
  ] as const)("%s norms of the pairs (0,1), (0,2), (1,2)", (name, expected) => {
    [...regularizer(histograms, name)].forEach((value, pair) => expect(value).toBeCloseTo(expected[pair], 15));
  });
});
