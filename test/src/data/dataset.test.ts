import { describe, expect, it } from "vitest";
import { numbered, requireLabels, requireValues, takeFirst, type HistogramDataset } from "../../../src/data/dataset.ts";
import { InputError } from "../../../src/errors.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

function histograms(values: number[], shape: number[]): HistogramDataset {
  return {
    kind: "histograms",
    name: "h",
    values: ndarray(Float64Array.from(values), shape),
    names: numbered(shape[0]),
  };
}

describe("takeFirst", () => {
  it("cuts values, names and labels", () => {
    const dataset = { ...histograms([1, 2, 3, 4, 5, 6], [3, 2]), labels: ["a", "b", "c"] };
    expect(takeFirst(dataset, 2)).toEqual({ ...histograms([1, 2, 3, 4], [2, 2]), labels: ["a", "b"] });
    expect(takeFirst(dataset, 3)).toBe(dataset);
    expect(takeFirst(histograms([1, 2], [2, 1]), 1)).toEqual(histograms([1], [1, 1]));
  });
});

describe("requireValues", () => {
  it.each([
    [
      "an infinite value",
      [1, 2, 3, 4, 5, Infinity],
      "h: sample 0, at [1, 2]: expected a nonnegative number, got Infinity",
    ],
    ["a negative value", [1, 2, 3, -4, 5, 6], "h: sample 0, at [1, 0]: expected a nonnegative number, got -4"],
    ["no mass", [0, 0, 0, 0, 0, 0], "h: sample 0 is all zero, expected some mass; leave it out"],
  ])("names %s", (_, values, message) => {
    expect(() => requireValues(histograms(values, [1, 2, 3]), { masses: true })).toThrow(new InputError(message));
  });

  it("allows negative values and zero rows where they are no masses", () => {
    expect(() => requireValues(histograms([-1, 0, 0, 0], [2, 2]), { masses: false })).not.toThrow();
    expect(() => requireValues(histograms([NaN], [1, 1]), { masses: false })).toThrow(
      /expected a finite number, got NaN/,
    );
  });
});

describe("requireLabels", () => {
  it("wants one a sample", () => {
    expect(() => requireLabels("h", 2, ["a", "b"])).not.toThrow();
    expect(() => requireLabels("h", 2, ["a"])).toThrow(new InputError("h: expected 2 labels (one per sample), got 1"));
  });
});
