import { expect, it } from "vitest";
import { meanOver, validationSplits } from "../../../models/embed/splits.ts";

it("takes random shares of the pairs, the same ones of a seed", () => {
  const splits = validationSplits(50, 0.1, 3, 7);
  expect(splits).toHaveLength(3);
  for (const split of splits) {
    expect(new Set(split).size).toBe(5);
    for (const pair of split) expect(pair >= 0 && pair < 50).toBe(true);
  }
  expect(splits[0]).not.toEqual(splits[1]);
  expect(validationSplits(50, 0.1, 3, 7)).toEqual(splits);
});

it("means over the share, and over the others", () => {
  const values = Float64Array.of(1, 2, 3, 10);
  expect(meanOver(values, Int32Array.of(0, 3))).toBe(5.5);
  expect(meanOver(values, Int32Array.of(0, 3), true)).toBe(2.5);
});

it("refuses shares that hold no pair", () => {
  expect(() => validationSplits(4, 0.1, 1, 0)).toThrow(/^validation: 0.1 of 4 pairs are 0; expected some/);
});
