import { describe, expect, it } from "vitest";
import { isSameWork } from "../../../eval/bench/agreement.ts";
import { besideFloor, predictions } from "../../../eval/bench/floor.ts";

const rates = { secondsPerLaunch: 1, bytesPerSecond: 1e9, operationsPerSecond: 1e12 };
const costs = [
  { work: "sinkhorn_dense", kernel: "scaling", launches: 3, bytes: 2e9, operations: 1e12 },
  { work: "sinkhorn_dense", kernel: "log", launches: 3, bytes: 1, operations: 4e12 },
];

describe("floor of a benchmark", () => {
  it("is that of its own work, and launches are no part of it", () => {
    const result = { work: "sinkhorn_dense", kernel: "log", seconds: 10 };
    expect(besideFloor(result, costs, rates)).toEqual({
      ...result,
      bytes: 1,
      operations: 4e12,
      floor_seconds: 4,
      times_floor: 2.5,
    });
    const other = { ...result, kernel: "other" };
    expect(besideFloor(other, costs, rates)).toBe(other);
  });

  it("and its launches make a prediction", () => {
    const [{ predicted_seconds: predicted, floor_seconds: floor }] = predictions(costs.slice(0, 1));
    expect(floor).toBeCloseTo(1e12 / 15e12, 10);
    expect(predicted).toBeCloseTo(1e12 / 15e12 + 3e-5, 10);
  });
});

describe("two lines are of one work", () => {
  it("where what both say of it is equal", () => {
    const ours = { work: "emd", size: 10, masses: "equal", value: 1 };
    expect(isSameWork(ours, { work: "emd", size: 10, value: 2 })).toBe(true);
    expect(isSameWork(ours, { ...ours, masses: "irregular" })).toBe(false);
    expect(isSameWork(ours, { ...ours, work: "emd1d" })).toBe(false);
  });
});
