import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { thin } from "../../../eval/curves/thin.ts";

const wave = Array.from({ length: 10_000 }, (_, step) => Math.sin(step / 700) + 0.01 * Math.sin(step * 3));

describe("thin", () => {
  it("keeps every point of a short curve, and none that is not finite", () => {
    expect(thin([3, null, 1, NaN, 2, Infinity])).toEqual([0, 2, 4]);
    expect(thin([])).toEqual([]);
  });

  it("keeps what a logarithmic scale shows", () => {
    expect(thin([1, 0, -1, 1e-9], "log")).toEqual([0, 3]);
  });

  it("keeps peaks of one point, both ends, and no more than asked", () => {
    const values = [...wave];
    values[4321] = 50;
    values[8765] = -50;
    const kept = thin(values, "linear", 1000);
    expect(kept).toEqual(expect.arrayContaining([0, 4321, 8765, 9999]));
    expect(kept.length).toBeLessThanOrEqual(1000);
    expect(kept.length).toBeGreaterThan(900);
  });

  it("keeps the lowest and the highest of any curve, in order, without doubles", () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: -50, max: 50 })), { maxLength: 300 }),
        fc.integer({ min: 4, max: 60 }),
        (values, most) => {
          const kept = thin(values, "linear", most);
          expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
          expect(kept.length).toBeLessThanOrEqual(Math.max(most, 4));
          const finite = values.filter((value) => value !== null);
          if (finite.length === 0) return;
          const shown = kept.map((index) => values[index]!);
          expect(Math.max(...shown)).toBe(Math.max(...finite));
          expect(Math.min(...shown)).toBe(Math.min(...finite));
        },
      ),
    );
  });

  it("looks at a part", () => {
    expect(thin(wave, "linear", 1000, { from: 10, to: 13 })).toEqual([10, 11, 12]);
  });
});
