import { describe, expect, it } from "vitest";
import { thinRows } from "../../../eval/compare/thin-rows.ts";

const step = Array.from({ length: 5000 }, (_, at) => at + 1);
const columns = {
  step,
  seconds: step.map((at) => at / 3),
  loss: step.map((at) => (at === 1234 ? 99 : 1 / at)),
  psnr: step.map((at) => (at % 1000 === 0 ? at / 7 : null)),
};

describe("thinRows", () => {
  it("keeps ends, peaks and what is measured rarely, in few rows of few digits", () => {
    const thinned = thinRows(columns, 400);
    const lengths = new Set(Object.values(thinned).map(({ length }) => length));
    expect([...lengths]).toEqual([thinned["step"].length]);
    expect(thinned["step"].length).toBeLessThanOrEqual(400);
    expect(thinned["step"]).toEqual(expect.arrayContaining([1, 1000, 1234, 2000, 3000, 4000, 5000]));
    expect(thinned["loss"][thinned["step"].indexOf(1234)]).toBe(99);
    expect(thinned["psnr"][thinned["step"].indexOf(3000)]).toBe(428.571);
  });

  it("keeps all rows of a short run", () => {
    expect(thinRows(columns, 5000)["step"]).toEqual(step);
    expect(thinRows({}, 10)).toEqual({});
  });
});
