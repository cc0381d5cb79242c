import { expect, it } from "vitest";
import { spread, thin } from "../../../training/dashboard/thin.ts";

const rows = Array.from({ length: 10_000 }, (_, index) => ({
  step: index + 1,
  seconds: index,
  loss: index === 5432 ? 99 : 1 / (index + 1),
  ...((index + 1) % 100 === 0 && { psnr: index }),
}));

it("keeps the ends, the peaks, and the points of metrics that few rows have", () => {
  const kept = thin(rows, 500);
  expect(kept.length).toBeLessThanOrEqual(500);
  expect([kept[0], kept.at(-1)]).toEqual([rows[0], rows.at(-1)]);
  expect(kept).toContain(rows[5432]);
  expect(kept.filter((row) => "psnr" in row)).toHaveLength(100);
  expect(kept).toEqual(kept.toSorted((a, b) => a["step"]! - b["step"]!));
});

it("leaves few rows as they are", () => {
  expect(thin(rows.slice(0, 500), 500)).toEqual(rows.slice(0, 500));
});

it("rows without any metric, or each with others, are thinned evenly", () => {
  const bare = rows.map(({ step }) => ({ step }));
  expect(
    thin(bare, 101)
      .map(({ step }) => step)
      .slice(0, 3),
  ).toEqual([1, 101, 201]);
  const strange = rows.map(({ step }) => ({ step, [`metric ${step}`]: step }));
  expect(thin(strange, 100)).toHaveLength(100);
});

it("spreads over a list with both ends", () => {
  expect(spread([0, 1, 2, 3, 4, 5, 6], 3)).toEqual([0, 3, 6]);
  expect(spread([0, 1], 1)).toEqual([1]);
});
