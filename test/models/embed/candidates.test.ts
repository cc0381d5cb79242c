import { describe, expect, it } from "vitest";
import { choiceText, sameSpaces, searchChoices } from "../../../models/embed/candidates.ts";
import { embedOptions } from "../../../models/embed/options.ts";
import { completeEmbed, type EmbedOptions } from "../../../models/embed/presets.ts";
import { numbered } from "../../../src/data/dataset.ts";
import type { PairDataset, PairSide } from "../../../src/data/pair.ts";
import { resolveOptions } from "../../../src/options.ts";
import { ndarray } from "../../../src/tensor/ndarray.ts";

const pointsOf = (count: number): PairSide => ({
  source: { kind: "points", values: ndarray(new Float64Array(count), [count, 1]) },
  names: numbered(count),
});
const distancesOf = (count: number): PairSide => ({
  source: { kind: "distances", values: ndarray(new Float64Array(count ** 2), [count, count]) },
  names: numbered(count),
});
const pairOf = (x: PairSide, y: PairSide): PairDataset => ({ kind: "pair", name: "test", x, y, paired: true });
const choicesOf = (x: PairSide, y: PairSide, given: Partial<EmbedOptions> = {}) =>
  searchChoices(completeEmbed(resolveOptions(embedOptions, given)), pairOf(x, y));

describe("searchChoices", () => {
  it("tries several distances of points with each lambda, those of the same spaces one behind the other", () => {
    const choices = choicesOf(pointsOf(100), pointsOf(120), { epsilon: 0.02 });
    expect(choices).toHaveLength(8);
    expect(choices.every(({ epsilon }) => epsilon === 0.02)).toBe(true);
    expect(new Set(choices.map((choice) => JSON.stringify(choice))).size).toBe(8);
    for (let at = 0; at < 8; at += 2) {
      expect(sameSpaces(choices[at], choices[at + 1])).toBe(true);
      if (at > 0) expect(sameSpaces(choices[at - 1], choices[at])).toBe(false);
    }
  });

  it.each([
    [2, [0.2, 0, 0.2, 1]],
    [4, [0.2, 0, 0.2, 3]],
    [100, [0.2, 0, 0.2, 10]],
  ])("has neighbours by the smaller set: %d points", (count, expected) => {
    for (const choices of [choicesOf(pointsOf(count), pointsOf(6000)), choicesOf(pointsOf(6000), pointsOf(count))]) {
      expect(choices.filter((_, at) => at % 2 === 0).map(({ neighbors }) => neighbors)).toEqual(expected);
    }
  });

  it("leaves spaces that are given, and tries lambdas alone", () => {
    const choices = choicesOf(distancesOf(5), distancesOf(6), { neighbors: 3, distance: "cosine" });
    expect(choices.map(({ lambda }) => lambda)).toEqual([0.3, 1]);
    expect(choices[0]).toMatchObject({ neighbors: 3, distance: "cosine", preprocess: "none", hops: false });
    expect(choicesOf(distancesOf(5), pointsOf(6))).toHaveLength(8); // one of them may still have other distances
  });
});

it("tells people what was chosen", () => {
  const choice = {
    preprocess: "l2",
    distance: "correlation",
    neighbors: 35,
    hops: true,
    lambda: 1,
    epsilon: 1e-3,
  } as const;
  expect(choiceText(choice)).toBe("rows of length one, correlation, 35 neighbours by steps, lambda 1, epsilon 0.001");
  expect(choiceText({ ...choice, neighbors: 0.2 })).toMatch(", 20% as neighbours by steps,");
  const plain = { ...choice, preprocess: "zscore", neighbors: 0, hops: false, lambda: 0.3 } as const;
  expect(choiceText(plain)).toBe("standardised columns, correlation, lambda 0.3, epsilon 0.001");
});
