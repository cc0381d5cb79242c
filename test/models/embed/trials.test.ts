import { describe, expect, it } from "vitest";
import { chosenTrial, firstWithinError, lowestLoss, type Trial } from "../../../models/embed/trials.ts";

function trial(losses: readonly number[], start = 0): Trial {
  const scores = { foscttm: Float64Array.from(losses) };
  return { candidate: 0, start, distortion: 1, residual: 0, image: new Float64Array(0), scores };
}

const validation = Int32Array.of(0, 1, 2, 3);

describe("lowestLoss", () => {
  it("goes by the validation pairs alone", () => {
    const trials = [trial([2, 2, 2, 2, 0]), trial([1, 1, 1, 1, 9])];
    expect(lowestLoss(trials, validation)).toBe(trials[1]);
  });
});

describe("firstWithinError", () => {
  it("takes the first one that the pairs cannot tell from the best", () => {
    // differences 2, -1, 1, 0: mean 0.5, deviation 1.29, so a standard error of 0.65
    const trials = [trial([9, 9, 9, 9, 0]), trial([3, 0, 2, 1, 9]), trial([1, 1, 1, 1, 9])];
    expect(firstWithinError(trials, validation)).toBe(trials[1]);
  });

  it("takes the best where the others are worse for every pair alike", () => {
    const trials = [trial([1.1, 1.1, 1.1, 1.1]), trial([1, 1, 1, 1])];
    expect(firstWithinError(trials, validation)).toBe(trials[1]);
  });

  it("goes by a single pair where there is no other", () => {
    const trials = [trial([2, 0]), trial([1, 5])];
    expect(firstWithinError(trials, Int32Array.of(0))).toBe(trials[1]);
  });
});

it("chooses among ours, however well a peer does", () => {
  const trials = [trial([0, 0, 0, 0], -1), trial([2, 2, 2, 2]), trial([1, 1, 1, 1])];
  expect(chosenTrial(trials, validation)).toBe(2);
});
