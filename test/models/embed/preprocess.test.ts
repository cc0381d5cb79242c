import { expect, it } from "vitest";
import { preprocessed } from "../../../models/embed/preprocess.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

const points = ndarray(Float64Array.of(3, 4, 0, 0, 6, 8), [3, 2]);

it("l2: rows of length one, zero rows as they are", () => {
  expect(Array.from(preprocessed(points, "l2").data)).toEqual([0.6, 0.8, 0, 0, 0.6, 0.8]);
});

it("zscore: columns of mean 0 and deviation 1, constant ones of 0", () => {
  const { data } = preprocessed(ndarray(Float64Array.of(1, 5, 3, 5), [2, 2]), "zscore");
  expect(Array.from(data)).toEqual([-1, 0, 1, 0]);
});

it("none: a copy", () => {
  const same = preprocessed(points, "none");
  expect(same.data).toEqual(points.data);
  expect(same.data).not.toBe(points.data);
});
