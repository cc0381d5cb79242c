import { describe, expect, it } from "vitest";
import {
  adaptive,
  normalized,
  randomFunctionIterations,
  stochastic,
  unnormalized,
} from "../../../models/ground-metric/algorithms.ts";
import type { SymmetricMatrix } from "../../../models/ground-metric/symmetric-matrix.ts";
import { RunError } from "../../../src/errors.ts";

const present: SymmetricMatrix = { form: "distance", count: 3, values: Float64Array.of(1, 0.5, 0.1), diagonal: 0 };
const all = { values: Float64Array.of(2, 4, 1), diagonal: 0 };
const some = { values: Float64Array.of(0.3, 0.2), diagonal: 0, list: Int32Array.of(0, 2) };

describe("update rules", () => {
  it("normalized divides by the largest entry, which is the singular value", () => {
    const { matrix, scale, factor } = normalized(present, all, 9, 1);
    expect([...matrix.values]).toEqual([0.5, 1, 0.25]);
    expect([scale, factor]).toEqual([4, 0.25]);
  });

  it("normalized refuses distances that are all zero", () => {
    expect(() => normalized(present, { values: new Float64Array(3), diagonal: 0 }, 1, 1)).toThrow(RunError);
  });

  it("unnormalized multiplies by alpha", () => {
    expect([...unnormalized(present, all, 0.5, 3).matrix.values]).toEqual([1, 2, 0.5]);
  });

  it("adaptive undoes in the next factor what the largest entry changed", () => {
    const { matrix, scale } = adaptive(present, all, 0.5, 3);
    expect([...matrix.values]).toEqual([1, 2, 0.5]);
    expect(scale).toBe(0.25);
  });

  it("rfi moves sampled entries by a constant step and leaves the others as they are, to the bit", () => {
    const { matrix } = randomFunctionIterations(0.25)(present, some, 0.75, 7);
    expect(matrix.values[0]).toBeCloseTo(0.75 * 1 + 0.25 * 0.75 * 0.3, 15);
    expect(matrix.values[1]).toBe(present.values[1]);
    expect(matrix.values[2]).toBeCloseTo(0.75 * 0.1 + 0.25 * 0.75 * 0.2, 15);
    expect([...randomFunctionIterations(1)(present, some, 0.5, 7).matrix.values]).toEqual([0.15, 0.5, 0.1]);
  });

  it("stochastic estimates the singular value by least squares and moves by 1 / sqrt(t)", () => {
    const { matrix, scale } = stochastic(present, some, 0.4, 4);
    const estimate = (0.3 * 1 + 0.2 * 0.1) / (1 + 0.01);
    expect(scale).toBeCloseTo(0.5 * 0.4 + 0.5 * estimate, 15);
    const moved = [0.5 + (0.5 * 0.3) / scale, 0.5, 0.05 + (0.5 * 0.2) / scale];
    moved.forEach((value, pair) => expect(matrix.values[pair]).toBeCloseTo(value / Math.max(...moved), 14));
  });

  it("moves the diagonal of kernel matrices with every update", () => {
    const kernel: SymmetricMatrix = { ...present, form: "kernel", diagonal: 1 };
    expect(randomFunctionIterations(0.5)(kernel, { ...some, diagonal: 1.1 }, 0.5, 1).matrix.diagonal).toBe(0.775);
  });
});
