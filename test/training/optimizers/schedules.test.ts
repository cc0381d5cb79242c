import { expect, it } from "vitest";
import {
  constant,
  cosineDecay,
  exponentialDecay,
  inverseSquareRoot,
  warmUp,
  type Schedule,
} from "../../../training/optimizers/index.ts";

it.each<[name: string, schedule: Schedule, step: number, rate: number]>([
  ["constant", constant(0.3), 7, 0.3],
  ["exponential decay, first", exponentialDecay(0.25, 0.99996), 0, 0.25],
  ["exponential decay", exponentialDecay(8, 0.5), 3, 1],
  ["cosine, first", cosineDecay(2, 10), 0, 2],
  ["cosine, middle", cosineDecay(2, 10, 1), 5, 1.5],
  ["cosine, last", cosineDecay(2, 10, 1), 10, 1],
  ["cosine, after", cosineDecay(2, 10), 25, 0],
  ["inverse square root", inverseSquareRoot(6), 8, 2],
  ["warm-up, first", warmUp(3, constant(4)), 0, 1],
  ["warm-up, last", warmUp(3, constant(4)), 2, 3],
  ["warm-up, then the schedule from its start", warmUp(3, exponentialDecay(4, 0.5)), 4, 2],
])("%s", (_, schedule, step, rate) => {
  expect(schedule(step)).toBeCloseTo(rate, 14);
});
