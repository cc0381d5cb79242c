import { expect, it } from "vitest";
import { cosineDecay, exponentialDecay, type Schedule } from "../../../training/optimizers/index.ts";

it.each<[name: string, schedule: Schedule, step: number, rate: number]>([
  ["exponential decay, first", exponentialDecay(0.25, 0.99996), 0, 0.25],
  ["exponential decay", exponentialDecay(8, 0.5), 3, 1],
  ["cosine, first", cosineDecay(2, 10), 0, 2],
  ["cosine, middle", cosineDecay(2, 10), 5, 1],
  ["cosine, last", cosineDecay(2, 10), 10, 0],
  ["cosine, after", cosineDecay(2, 10), 25, 0],
])("%s", (_, schedule, step, rate) => {
  expect(schedule(step)).toBeCloseTo(rate, 14);
});
