import type { TrainedRun } from "../../eval/evaluator.ts";
import { embedOptions } from "../../models/embed/options.ts";
import { completeEmbed, type EmbedOptions } from "../../models/embed/presets.ts";
import type { Metrics } from "../../models/task.ts";
import { numbered } from "../../src/data/dataset.ts";
import type { PairDataset } from "../../src/data/pair.ts";
import { resolveOptions } from "../../src/options.ts";
import { ndarray } from "../../src/tensor/ndarray.ts";
import { Random } from "../../src/tensor/random.ts";
import { embedComponent } from "../../training/components/embed.ts";
import { ell, movedEll } from "./ells.ts";

/** An L and its moved copy as points, whose arms are their classes. */
export function ellPair(count: number): PairDataset {
  const labels = ell(count).map(([, y]) => (y > 0 ? "short" : "long"));
  const sideOf = (rows: number[][]): PairDataset["x"] => ({
    source: { kind: "points", values: ndarray(Float64Array.from(rows.flat()), [count, rows[0].length]) },
    names: numbered(count),
    labels,
  });
  return { kind: "pair", name: "ells", x: sideOf(ell(count)), y: sideOf(movedEll(count)), paired: true };
}

/** Trains without a loop, in memory: what `otlearn train embed` leaves, after so many steps where not all are wanted. */
export async function trainEmbed(
  given: Partial<EmbedOptions>,
  pair: PairDataset,
  steps = Infinity,
): Promise<TrainedRun> {
  const options = completeEmbed(resolveOptions(embedOptions, given));
  const { task } = await embedComponent.prepare(options, pair);
  const random = Random.fromSeed(1);
  let state: unknown = await task.init(random);
  const history: Metrics[] = [];
  for (let step = 1; step <= Math.min(task.steps, steps); step++) {
    for (let isDone = false; !isDone;) {
      const context = { step, random, signal: new AbortController().signal, progress: () => undefined };
      const outcome = await task.step(state, context);
      state = outcome.state;
      isDone = outcome.unfinished !== true;
      if (isDone) history.push({ step, seconds: step, ...outcome.metrics });
    }
  }
  return { name: "run", config: { options }, state: await task.save(state), history };
}
