import { describe, expect, it } from "vitest";
import { agreementOf } from "../../../eval/bench/agreement.ts";

const result = { work: "emd", seconds: 1 };

describe("agreement of a benchmark with its peer", () => {
  it("is that of the values which both print", () => {
    const { agree, difference, checks } = agreementOf(
      { ...result, value: 2, pivots: 7 },
      { ...result, value: 2.001, sum: 9 },
    );
    expect(agree).toBe(true);
    expect(difference).toBeCloseTo(0.001 / 2.001, 12);
    expect(checks).toBe("value");
  });

  it("fails where one value differs, or is not a number", () => {
    expect(agreementOf({ ...result, loss: 3.35, sum: 1 }, { ...result, loss: 4.74, sum: 1 }).agree).toBe(false);
    expect(agreementOf({ ...result, check: NaN }, { ...result, check: NaN }).agree).toBe(false);
  });

  it("fails where there is nothing to compare", () => {
    expect(agreementOf({ ...result, value: 1 }, { ...result, loss: 1 })).toMatchObject({ agree: false, checks: "" });
  });
});
