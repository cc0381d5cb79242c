import { expect, test } from "vitest";
import { floorSeconds, predictedSeconds, repeatedCost, sumOfCosts } from "../../../src/webgpu/cost.ts";

const rates = { secondsPerLaunch: 1e-5, bytesPerSecond: 1e9, operationsPerSecond: 1e12 };

test("the slower of memory and arithmetic is the floor, and launches come on top in predictions", () => {
  const bound = { launches: 10, bytes: 1e6, operations: 1e6 };
  expect(floorSeconds(bound, rates)).toBeCloseTo(1e-3, 12);
  expect(floorSeconds({ ...bound, operations: 3e9 }, rates)).toBeCloseTo(3e-3, 12);
  expect(predictedSeconds(bound, rates)).toBeCloseTo(1.1e-3, 12);
});

test("costs add up and repeat", () => {
  const one = { launches: 1, bytes: 2, operations: 3 };
  expect(sumOfCosts(one, repeatedCost(one, 4))).toEqual({ launches: 5, bytes: 10, operations: 15 });
  expect(sumOfCosts()).toEqual({ launches: 0, bytes: 0, operations: 0 });
});
