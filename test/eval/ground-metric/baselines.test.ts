import { expect, it } from "vitest";
import { baselineDistances } from "../../../eval/ground-metric/baselines.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

it("distances of equal samples are zero, although no component is left of them", () => {
  const equal = ndarray(Float64Array.of(1, 2, 1, 2, 1, 2), [3, 2]);
  for (const name of ["euclidean", "pca"]) expect(baselineDistances[name](equal)).toEqual(new Float64Array(9));
});
