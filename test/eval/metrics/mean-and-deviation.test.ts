import { expect, it } from "vitest";
import { meanAndDeviation } from "../../../eval/metrics/mean-and-deviation.ts";

it("is that of a population", () => {
  expect(meanAndDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ mean: 5, deviation: 2 });
  expect(meanAndDeviation(Float64Array.of(3))).toEqual({ mean: 3, deviation: 0 });
});

it("is not known of no values", () => expect(meanAndDeviation([])).toEqual({ mean: NaN, deviation: NaN }));
