import { describe, expect, it } from "vitest";
import { denseMatrix, largestEntry, startMatrix } from "../../../models/ground-metric/symmetric-matrix.ts";

const values = Float64Array.of(1, -2, 3);

describe("denseMatrix", () => {
  it.each([
    ["distance", 0, [0, 1, -2, 1, 0, 3, -2, 3, 0]],
    ["kernel", 5, [5, 1, -2, 1, 5, 3, -2, 3, 5]],
    ["laplacian", 0, [1, 1, -2, 1, -4, 3, -2, 3, -1]],
  ] as const)("fills the diagonal of a %s", (form, diagonal, expected) => {
    expect([...denseMatrix({ form, count: 3, values, diagonal })]).toEqual(expected);
  });
});

describe("largestEntry", () => {
  it.each([
    ["distance", 0, 3],
    ["kernel", 5, 5],
    ["laplacian", 0, 4],
  ] as const)("of a %s counts its diagonal", (form, diagonal, expected) => {
    expect(largestEntry({ form, count: 3, values, diagonal })).toBe(expected);
  });
});

describe("startMatrix", () => {
  it.each([
    ["distance", [0, 1, 1, 1, 0, 1, 1, 1, 0]],
    ["kernel", [1, 0, 0, 0, 1, 0, 0, 0, 1]],
    ["laplacian", [1, -0.5, -0.5, -0.5, 1, -0.5, -0.5, -0.5, 1]],
  ] as const)("of form %s has the largest entry 1", (form, expected) => {
    expect([...denseMatrix(startMatrix(form, 3))]).toEqual(expected);
    expect(largestEntry(startMatrix(form, 3))).toBe(1);
  });
});
