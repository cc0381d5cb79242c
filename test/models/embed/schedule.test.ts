import { expect, it } from "vitest";
import { checkSchedule, isSettled, settingsAt, type Schedule } from "../../../models/embed/schedule.ts";

const schedule: Schedule = {
  outer: 20,
  lambda: 4,
  lambdaFrom: 1,
  epsilon: 0.01,
  epsilonFrom: 0.16,
  scaleCosts: false,
  lineSearch: true,
  tolerance: 1e-8,
  maxIterations: 100,
};

it("goes geometrically from the first settings to the last ones in half of the steps", () => {
  expect(settingsAt(schedule, 1)).toMatchObject({ epsilon: 0.16, lambda: 1 });
  const middle = settingsAt(schedule, 6);
  expect(middle.epsilon).toBeCloseTo(0.04, 12);
  expect(middle.lambda).toBeCloseTo(2, 12);
  for (const step of [11, 20, 99]) expect(settingsAt(schedule, step)).toMatchObject({ epsilon: 0.01, lambda: 4 });
});

it("counts nothing as settled on the way, and everything where there is none", () => {
  expect([1, 10, 11].map((step) => isSettled(schedule, step))).toEqual([false, false, true]);
  expect(isSettled({ ...schedule, epsilonFrom: 0.01, lambdaFrom: 4 }, 1)).toBe(true);
  expect(settingsAt({ ...schedule, outer: 1 }, 1)).toMatchObject({ epsilon: 0.01, lambda: 4 });
});

it("refuses to go up to epsilon", () => {
  expect(() => checkSchedule({ ...schedule, epsilonFrom: 0.001 })).toThrow(
    "epsilonFrom: expected at least epsilon (0.01), to which it goes down, got 0.001",
  );
});
