import { expect, it } from "vitest";
import { InputError } from "../../../../src/errors.ts";
import { barycenter1d } from "../../../../src/transport/line/barycenter.ts";
import { emd1d } from "../../../../src/transport/line/emd1d.ts";
import { dot, randomHistogram, randomNormal } from "../../../support/problems.ts";

it("of equal masses is the mean of the sorted points", () => {
  const { x, a } = barycenter1d([{ x: [3, 1, 2] }, { x: [10, 30, 20] }], [3, 1]);
  expect(x).toBeAllclose([(3 * 1 + 10) / 4, (3 * 2 + 20) / 4, (3 * 3 + 30) / 4]);
  expect(a).toBeAllclose([1 / 3, 1 / 3, 1 / 3]);
});

it("has the least weighted sum of W_2^2, which is stationary in its points and masses", () => {
  const measures = [5, 8, 3].map((count, at) => ({
    x: randomNormal(count, at).map((value) => value + 2 * at),
    a: randomHistogram(count, 10 + at, 0.2),
  }));
  const weights = Float64Array.of(0.2, 0.5, 0.3);
  const mean = barycenter1d(measures, weights);
  const value = (x: Float64Array, a: Float64Array): number =>
    measures.reduce((sum, measure, s) => sum + weights[s] * emd1d(x, measure.x, { a, b: measure.a, p: 2 }).value, 0);
  const least = value(mean.x, mean.a);
  for (const seed of [1, 2, 3]) {
    const step = randomNormal(mean.x.length, seed);
    expect(value(mean.x.map((at, k) => at + 1e-3 * step[k]), mean.a)).toBeGreaterThan(least); // prettier-ignore
  }
  const slopes = measures.map((measure, s) =>
    emd1d(mean.x, measure.x, { a: mean.a, b: measure.a, p: 2 })
      .gradients()
      .x.map((slope) => weights[s] * slope),
  );
  mean.x.forEach((_, k) => expect(slopes.reduce((sum, slope) => sum + slope[k], 0)).toBeCloseTo(0, 12));
  expect([mean.a.reduce((sum, mass) => sum + mass, 0)]).toBeAllclose([1]);
  const expected = measures.reduce((sum, measure, s) => sum + weights[s] * dot(measure.x, measure.a), 0);
  expect([dot(mean.x, mean.a)]).toBeAllclose([expected]);
});

it("of one measure is that measure, in ascending order and without what has no mass", () => {
  const { x, a } = barycenter1d([{ x: [2, 1, 3], a: [4, 0, 6] }]);
  expect([...x, ...a]).toEqual([2, 3, 4, 6]);
});

it.each([
  [[], undefined, /expected a list of measures \{ x, a \}, got none/],
  [[{ x: [1, NaN] }], undefined, /measure 0: points: expected finite/],
  [[{ x: [1] }, { x: [1], a: [1, 2] }], undefined, /masses of measure 1: expected 1 /],
  [
    [
      { x: [1], a: [2] },
      { x: [1], a: [1] },
    ],
    undefined,
    /a sums to 2, b to 1/,
  ],
  [[{ x: [1] }], [-1], /weights.*got -1/],
  [[{ x: "1" }], undefined, /measure 0: points: .*got a string/],
])("bad input is one line: %#", (measures, weights, message) => {
  const run = () => barycenter1d(measures as { x: number[] }[], weights);
  expect(run).toThrow(InputError);
  expect(run).toThrow(message);
});
