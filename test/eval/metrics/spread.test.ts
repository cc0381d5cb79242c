import { describe, expect, it } from "vitest";
import { spreadOf } from "../../../eval/metrics/spread.ts";

describe("spreadOf", () => {
  it("gives mean, deviation, NumPy's 5th percentile and the worst", () => {
    // numpy.mean, std and percentile(x, 5) of x = [30, 20, 40, 25, 35]
    expect(spreadOf(Float64Array.of(30, 20, 40, 25, 35))).toEqual({
      mean: 30,
      deviation: Math.sqrt(50),
      percentile5: 21,
      worst: 20,
    });
  });

  it("leaves exact images out of mean and deviation", () => {
    expect(spreadOf(Float64Array.of(Infinity, 30, 34))).toMatchObject({ mean: 32, deviation: 2, worst: 30 });
    const exact = { mean: Infinity, deviation: 0, percentile5: Infinity, worst: Infinity };
    expect(spreadOf(Float64Array.of(Infinity, Infinity))).toEqual(exact);
  });
});
