import { beforeAll, describe, expect, it } from "vitest";
import { embedEvaluator } from "../../../eval/embed/evaluator.ts";
import type { TrainedRun } from "../../../eval/evaluator.ts";
import { InputError } from "../../../src/errors.ts";
import { ellPair, trainEmbed } from "../../support/embed-run.ts";
import { matrixDataset } from "../../support/ground-metric.ts";

const pair = ellPair(12);
const OPTIONS = { neighbors: 0, resolution: 5, outer: 6, starts: 3 };

let run: TrainedRun;
beforeAll(async () => {
  run = await trainEmbed(OPTIONS, pair);
});

const evaluate = (of: TrainedRun, dataset = pair) => embedEvaluator.evaluate(of, { dataset, isTrainingData: true });

interface Start {
  readonly objective: number;
  readonly residual: number;
  readonly chosen: boolean;
}

describe("embedEvaluator", () => {
  it("takes the start with the lowest objective", async () => {
    const { summary, arrays } = await evaluate(run);
    const starts = summary["starts"] as Start[];
    expect(starts).toHaveLength(3);
    const lowest = Math.min(...starts.map(({ objective }) => objective));
    expect(starts.filter(({ chosen }) => chosen).map(({ objective }) => objective)).toEqual([lowest]);
    expect(summary["objective"]).toMatchObject({ value: lowest });
    expect(run.history.at(-1)!["objective"]).toBe(lowest);
    expect(arrays["coupling_x"].shape).toEqual([12, 25]);
    expect(summary).toMatchObject({ steps: 6, seconds: 6, samples: { x: 12, y: 12 }, warnings: [] });
    expect(summary).not.toHaveProperty("methods");
  });

  it("scores by partners and classes, where they are known", async () => {
    const known = (await evaluate(run)).summary;
    expect(known["foscttm"]).toMatchObject({ mean: expect.any(Number) });
    expect(known["labelTransfer"]).toMatchObject({ xToY: expect.any(Number) });
    const { x, y } = pair;
    const unknown = { ...pair, x: { ...x, labels: undefined }, y: { ...y, labels: undefined }, paired: false };
    const { summary } = await evaluate(run, unknown as unknown as typeof pair);
    expect(summary).not.toHaveProperty("foscttm");
    expect(summary).not.toHaveProperty("labelTransfer");
    expect(summary["objective"]).toEqual(known["objective"]); // nothing of them has entered it
  });

  it("runs the peers where asked", async () => {
    const options = { ...run.config.options, peers: true };
    const { summary } = await evaluate({ ...run, config: { options } });
    const methods = summary["methods"] as { method: string; seconds: number; foscttm: { mean: number } }[];
    expect(methods.map(({ method }) => method)).toEqual(["embed", "JMDS", "GW, epsilon 0.0005", "GW, epsilon 0.001", "GW, epsilon 0.005"]); // prettier-ignore
    for (const { foscttm, seconds } of methods) {
      expect(foscttm.mean).toBeGreaterThanOrEqual(0);
      expect(seconds).toBeGreaterThan(0);
    }
  });

  it("refuses other data, and a single set, in one line", async () => {
    const other = embedEvaluator.evaluate(run, { dataset: { ...pair, name: "others" }, isTrainingData: false });
    await expect(other).rejects.toThrow(
      new InputError(
        "others: an embedding belongs to the data of the run; train on these instead: otlearn train embed",
      ),
    );
    const single = embedEvaluator.evaluate(run, { dataset: matrixDataset([[1, 2], [3, 4]]), isTrainingData: true }); // prettier-ignore
    await expect(single).rejects.toThrow(/^test: one data set, expected two; [^\n]+$/);
  });

  it("refuses a state of other sizes", async () => {
    await expect(evaluate(run, ellPair(11))).rejects.toThrow(/xz: saved \[12, 25\], expected \[11, 25\]/);
  });
});
