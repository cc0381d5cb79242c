import { alignmentMetrics, projectedDistances } from "../../eval/embed/along.ts";
import { embedEvaluator } from "../../eval/embed/evaluator.ts";
import { ALIGNMENT_PEERS } from "../../eval/embed/peers.ts";
import { pairScores } from "../../eval/embed/scores.ts";
import { sameSpaces, searchChoices } from "../../models/embed/candidates.ts";
import { embedOptions, scheduleOf } from "../../models/embed/options.ts";
import { completeEmbed, type EmbedOptions } from "../../models/embed/presets.ts";
import { sizesOf } from "../../models/embed/problem.ts";
import { searchTask } from "../../models/embed/search.ts";
import { loadOwnPair, setUpEmbed, type EmbedSetup } from "../../models/embed/setup.ts";
import { validationSplits } from "../../models/embed/splits.ts";
import { embedTask } from "../../models/embed/task.ts";
import { pairOf } from "../../src/data/dataset.ts";
import { OptionError } from "../../src/errors.ts";
import type { PairDataset } from "../../src/data/pair.ts";
import { nativeStatus } from "../../src/native/loader.ts";
import type { Component, PreparedTask } from "./component.ts";

/** Joint metric space embedding by block-coordinate descent, in float64 on the host. */
export const embedComponent: Component<typeof embedOptions> = {
  name: "embed",
  description: "joint metric space embedding of two data sets that share no features (Beier et al. 2025)",
  options: embedOptions,
  defaultDataset: "shapes",
  readsMasses: false,
  takes: "pair",
  evaluator: embedEvaluator,
  loadData: loadOwnPair,
  complete: (options, _device, dataset) => completeEmbed(options, dataset),

  async prepare(given, dataset) {
    const options = given as EmbedOptions; // completed
    const pair = pairOf(dataset);
    return options.search ? prepareSearch(options, pair) : prepareDescents(options, await setUpEmbed(options, pair));
  },
};

function prepareDescents(options: EmbedOptions, setup: EmbedSetup): PreparedTask {
  const { problem, paired, x, y } = setup;
  const isKnown = paired || (x.labels !== undefined && y.labels !== undefined);
  const task = embedTask({
    problem,
    schedule: scheduleOf(options),
    starts: options.starts,
    tolerance: options.tolerance,
    ...(isKnown && { evaluate: async (embedding) => alignmentMetrics(embedding, setup) }),
  });
  return { task, engine: engineText(setup) };
}

async function prepareSearch(options: EmbedOptions, pair: PairDataset): Promise<PreparedTask> {
  const choices = searchChoices(options, pair);
  /** Candidates of the same spaces follow each other, and `setUpEmbed` keeps the last ones. */
  const setUpOf = (index: number): Promise<EmbedSetup> => setUpEmbed({ ...options, ...choices[index] }, pair);
  const setup = await setUpOf(0);
  if (!setup.paired) {
    throw new OptionError(
      "search",
      "needs pairs to choose by, and row i of x is not known to be row i of y; say so with paired, or leave search out: the " +
        "lowest objective is taken",
    );
  }
  const sizes = sizesOf(setup.problem);
  const labelsOf = ({ x, y }: EmbedSetup) => ({ labelsX: x.labels, labelsY: y.labels });
  const task = searchTask({
    candidates: choices.map((choice, index) => ({
      setUp: () => setUpOf(index),
      schedule: scheduleOf({ ...options, ...choice }),
      withPeers: options.peers && choices.findIndex((other) => sameSpaces(other, choice)) === index,
    })),
    sizes,
    starts: options.starts,
    tolerance: options.tolerance,
    score: (embedding, of) => pairScores(projectedDistances(embedding, of), labelsOf(of)),
    peers: ALIGNMENT_PEERS.map(({ name, align }) => ({
      method: name,
      align: (of) => pairScores(align(of.x, of.y), labelsOf(of)),
    })),
    validation: validationSplits(sizes.nx, options.validation, options.splits)[0],
  });
  return { task, engine: `${engineText(setup)}, ${choices.length} candidates` };
}

function engineText({ problem, x, y }: EmbedSetup): string {
  const { nx, nz, ny } = sizesOf(problem);
  const { addon, detail } = nativeStatus();
  const warnings = [...x.warnings, ...y.warnings].map((warning) => `; ${warning}`).join("");
  const engine = addon ? `native float64 (${detail})` : "host float64";
  return `${engine}, ${nx} and ${ny} points on ${problem.target.name} of ${nz}${warnings}`;
}
