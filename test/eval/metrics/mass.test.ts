import { describe, expect, it } from "vitest";
import { massInInterval, misplacedMass } from "../../../eval/metrics/mass.ts";
import { InputError } from "../../../src/errors.ts";

describe("massInInterval", () => {
  it.each([
    { start: 0, end: 4, share: 1 },
    { start: 1, end: 3, share: 0.5 },
    { start: 2, end: 2, share: 0 },
    { start: 3, end: 4, share: 0.4 },
  ])("gives the share of [$start, $end)", ({ start, end, share }) => {
    expect(massInInterval([1, 2, 3, 4], start, end)).toBeCloseTo(share, 14);
  });

  it.each([
    [-1, 2],
    [0, 5],
    [3, 2],
    [0.5, 2],
  ])("refuses [%s, %s) of 4", (start, end) => {
    expect(() => massInInterval([1, 2, 3, 4], start, end)).toThrow(InputError);
  });

  it("refuses a histogram without mass", () => {
    expect(() => massInInterval([0, 0], 0, 1)).toThrow("got mass 0");
  });
});

describe("misplacedMass", () => {
  const reference = Float64Array.of(1, 1, 0, 0, 1, 1);

  it("is the share in another third, wherever within it", () => {
    expect(misplacedMass(Float64Array.of(0, 2, 0, 0, 2, 0), reference)).toBeCloseTo(0, 14);
    expect(misplacedMass(Float64Array.of(4, 0, 0, 0, 0, 0), reference)).toBeCloseTo(0.5, 14);
    expect(misplacedMass(Float64Array.of(1, 1, 1, 1, 2, 2), reference)).toBeCloseTo(0.25, 14);
    expect(misplacedMass(Float64Array.of(0, 0, 3, 0, 0, 0), reference)).toBeCloseTo(1, 14);
  });

  it("counts negative entries as nothing, and needs some mass", () => {
    expect(misplacedMass(Float64Array.of(1, 1, -5, 0, 2, 0), reference)).toBeCloseTo(0, 14);
    expect(() => misplacedMass(new Float64Array(6).fill(-1), reference)).toThrow(InputError);
  });
});
