import { beforeAll, describe, expect, it } from "vitest";
import { embedEvaluator } from "../../../eval/embed/evaluator.ts";
import type { Evaluation, TrainedRun } from "../../../eval/evaluator.ts";
import { validationSplits } from "../../../models/embed/splits.ts";
import type { NdArray } from "../../../src/tensor/ndarray.ts";
import { ellPair, trainEmbed } from "../../support/embed-run.ts";

const COUNT = 12;
const SHARE = 0.25;
const pair = ellPair(COUNT);
const OPTIONS = { resolution: 4, outer: 3, starts: 2, search: true, peers: true, validation: SHARE, splits: 3 };
const [validation] = validationSplits(COUNT, SHARE, 3);
const isTest = (sample: number): boolean => !validation.includes(sample);

let run: TrainedRun;
let evaluation: Evaluation;
beforeAll(async () => {
  run = await trainEmbed(OPTIONS, pair);
  evaluation = await evaluate(run);
});

const evaluate = (of: TrainedRun): Promise<Evaluation> =>
  embedEvaluator.evaluate(of, { dataset: pair, isTrainingData: true });

interface Trials {
  readonly candidate: NdArray<Float64Array>;
  readonly start: NdArray<Float64Array>;
  readonly distortion: NdArray<Float64Array>;
  readonly scores: Readonly<Record<string, NdArray<Float64Array>>>;
}
const trialsOf = ({ state }: TrainedRun): Trials => state["trials"] as unknown as Trials;

/** The run with other FOSCTTM scores: those of some trial and sample. */
function withScores(change: (trial: number, sample: number, score: number) => number): TrainedRun {
  const state = structuredClone(run.state);
  const { data } = trialsOf({ ...run, state }).scores["foscttm"];
  data.forEach((score, at) => (data[at] = change(Math.floor(at / COUNT), at % COUNT, score)));
  return { ...run, state };
}

const columnsOf = (table: string): string[][] => table.trimEnd().split("\n").map((line) => line.split("\t")); // prettier-ignore

describe("the evaluation of a search", () => {
  it("chooses by the validation pairs: whatever the others say, the choice is the same", async () => {
    const { summary } = await evaluate(
      withScores((trial, sample, score) => (isTest(sample) ? (7 * trial + sample) % 3 : score)),
    );
    expect(summary["chosen"]).toEqual(evaluation.summary["chosen"]);
    expect(summary["foscttm"]).toEqual(evaluation.summary["foscttm"]); // of the embedding, not of its trial
    const { start } = trialsOf(run);
    const last = start.data.length - 1;
    const other = await evaluate(
      withScores((trial, sample, score) => (isTest(sample) ? score : trial === last ? 0 : 1)),
    );
    expect(other.summary["chosen"]).toMatchObject({ start: start.data[last] + 1, validationFoscttm: 0 });
  });

  it("never chooses a peer", async () => {
    const { start } = trialsOf(run);
    const { summary } = await evaluate(withScores((trial) => (start.data[trial] < 0 ? 0 : 1)));
    expect(summary["chosen"]).toMatchObject({ validationFoscttm: 1 });
  });

  it("scores the chosen embedding on the other pairs alone", () => {
    const { summary, arrays } = evaluation;
    const [x, y] = [arrays["projection_x"].data, arrays["projection_y"].data];
    const apart = (i: number, j: number): number => Math.hypot(x[2 * i] - y[2 * j], x[2 * i + 1] - y[2 * j + 1]);
    const all = Array.from({ length: COUNT }, (_, i) => i);
    const test = all.filter(isTest);
    const closer = test.map((i) => {
      const others = all.filter((j) => j !== i);
      const equal = others.filter((j) => apart(i, j) === apart(i, i)).length;
      return (others.filter((j) => apart(i, j) < apart(i, i)).length + equal / 2) / others.length;
    });
    const { xToY } = summary["foscttm"] as { xToY: number };
    expect(xToY).toBeCloseTo(closer.reduce((sum, value) => sum + value, 0) / test.length, 9);
  });

  it("reports the lowest distortion of the first candidate beside it, scored on all pairs", () => {
    const { candidate, start, distortion, scores } = trialsOf(run);
    const own = Array.from(start.data.keys()).filter((trial) => start.data[trial] >= 0 && candidate.data[trial] === 0);
    const lowest = own.reduce((best, trial) => (distortion.data[trial] < distortion.data[best] ? trial : best));
    const row = Array.from(scores["foscttm"].data.subarray(lowest * COUNT, (lowest + 1) * COUNT));
    const found = evaluation.summary["withoutPairs"] as { distortion: number; foscttm: number };
    expect(found.distortion).toBe(distortion.data[lowest]);
    expect(found.foscttm).toBeCloseTo(row.reduce((sum, score) => sum + score, 0) / COUNT, 12);
  });

  it("counts candidates and trials, and groups peers by their methods", () => {
    const { candidates, trials, splits, methods, byLowestLoss } = evaluation.summary["search"] as {
      candidates: number;
      trials: number;
      splits: number;
      methods: { method: string }[];
      byLowestLoss: { method: string }[];
    };
    expect({ candidates, trials, splits }).toEqual({ candidates: 8, trials: 8 * 2 + 4 * 4, splits: 3 });
    for (const of of [methods, byLowestLoss]) expect(of.map(({ method }) => method)).toEqual(["JMDS", "GW", "embed"]);
  });

  it("has a table of all trials: the loss on the validation pairs, and the scores on the others", () => {
    const [head, ...rows] = columnsOf(evaluation.tables!["trials"]);
    expect(head).toEqual(["settings", "trial", "distortion", "residual", "validation", "foscttm", "labelTransferXToY", "labelTransferYToX"]); // prettier-ignore
    const { start, scores } = trialsOf(run);
    expect(rows).toHaveLength(start.data.length);
    expect(rows.slice(0, 5).map(([, trial]) => trial)).toEqual(["JMDS", "GW, epsilon 0.0005", "GW, epsilon 0.001", "GW, epsilon 0.005", "start 1"]); // prettier-ignore
    rows.forEach(([, , distortion, , loss, foscttm], trial) => {
      expect(distortion === "").toBe(start.data[trial] < 0);
      const row = Array.from(scores["foscttm"].data.subarray(trial * COUNT, (trial + 1) * COUNT));
      const mean = (of: number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
      expect(Number(loss)).toBeCloseTo(mean(row.filter((_, sample) => !isTest(sample))), 12);
      expect(Number(foscttm)).toBeCloseTo(mean(row.filter((_, sample) => isTest(sample))), 12);
    });
  });

  it("shows the methods in the report", () => {
    const { sections } = evaluation.report({});
    const section = sections.find(({ title }) => title === "Search");
    expect(section).toMatchObject({ kind: "table" });
    const { rows } = section as unknown as { rows: string[][] };
    expect(rows.map(([method]) => method)).toEqual(["JMDS", "GW", "embed"]);
    for (const row of rows) expect(row[1]).toMatch(/^\d\.\d{3} ± \d\.\d{3}$/);
  });

  it("is refused of a search that is not over", async () => {
    const early = await trainEmbed({ ...OPTIONS, peers: false }, pair, 1);
    await expect(evaluate(early)).rejects.toThrow("run: 1 of 8 candidates are done and none is chosen; go on with the");
  });
});
