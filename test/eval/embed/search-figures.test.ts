import { expect, it } from "vitest";
import { methodFigures } from "../../../eval/embed/search-figures.ts";
import { lowestLoss, type Trial } from "../../../models/embed/trials.ts";

function trial(candidate: number, start: number, foscttm: readonly number[], label = foscttm): Trial {
  const scores = { foscttm: Float64Array.from(foscttm), label: Float64Array.from(label) };
  return { candidate, start, distortion: NaN, residual: NaN, image: new Float64Array(0), scores };
}

it("chooses for each split by its pairs, and means over the others", () => {
  const trials = [
    trial(0, -1, [0.5, 0.5, 0.1, 0.3]),
    trial(0, 0, [0.1, 0.4, 0.2, 0.6], [1, 0, NaN, 1]),
    trial(1, 0, [0.3, 0.2, 0.8, 0.8], [0, 0, 0, 1]),
  ];
  const splits = [Int32Array.of(0), Int32Array.of(1)];
  const [peer, own] = methodFigures(trials, splits, lowestLoss, ({ start }) => (start < 0 ? "peer" : "embed"));
  // ours: the first split takes trial 1 and scores it on 0.4, 0.2, 0.6; the second takes trial 2, with 0.3, 0.8, 0.8
  const [first, second] = [1.2 / 3, 1.9 / 3];
  expect(own.method).toBe("embed");
  expect(own.figures["foscttm"].mean).toBeCloseTo((first + second) / 2, 12);
  expect(own.figures["foscttm"].deviation).toBeCloseTo(Math.abs(first - second) / 2, 12);
  expect(own.figures["label"].mean).toBeCloseTo((0.5 + 1 / 3) / 2, 12); // an unknown class is passed over
  // the peer has one trial, whatever ours are like
  expect(peer.method).toBe("peer");
  expect(peer.figures["foscttm"].mean).toBeCloseTo(0.3, 12);
  expect(peer.figures["foscttm"].deviation).toBeCloseTo(0, 12);
});

it("groups trials by their methods, and takes the rule it is given", () => {
  const trials = [trial(0, -1, [3, 1]), trial(0, -2, [2, 5]), trial(1, -2, [1, 7])];
  const last = (of: readonly Trial[]): Trial => of.at(-1)!;
  const figures = methodFigures(trials, [Int32Array.of(0)], last, ({ start }) => (start === -1 ? "a" : "b"));
  expect(figures.map(({ method, figures: of }) => [method, of["foscttm"].mean])).toEqual([["a", 1], ["b", 7]]); // prettier-ignore
});
